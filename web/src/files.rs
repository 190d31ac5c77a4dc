//! A file goes to whoever may see the case it belongs to; before it is attached, to whoever sent it.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use platform::file::{self, File};
use platform::flow::Noun;
use platform::{Caller, Look, Refusal, Result};

/// Refuses unless the caller may see the case the file belongs to.
fn must_see(look: &mut Look, who: &Caller, file: &File) -> Result<()> {
    let own = (file.owner.is_some() && file.owner == who.org) || (file.uploader.is_some() && file.uploader == who.person);
    let (Some(noun), Some(subject)) = (file.noun.as_deref(), file.subject.as_deref()) else {
        return if own { Ok(()) } else { Err(Refusal::NotFound) };
    };
    if noun == secondary::Product::NAME {
        return secondary::product::must_see_file(look, who, subject.parse()?, file);
    }
    match crate::work::kinds().into_iter().find(|k| k.name == noun) {
        Some(kind) => (kind.sees)(look, who, subject),
        None => Err(Refusal::NotFound),
    }
}

/// `GET /files/{id}`: always as a download, never shown inside this site.
pub async fn get(ask: Ask) -> PageResult {
    let id = ask.id::<File>("id")?;
    let row = ask
        .look(move |look, who| {
            let row = file::find(look, id)?;
            must_see(look, who, &row)?;
            Ok(row)
        })
        .await?;
    let bytes = ask.app.store.get(&row).await?;
    Ok(Answer::Bytes { media: row.media, name: Some(row.name), bytes: bytes.to_vec(), cache: false })
}
