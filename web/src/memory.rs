//! What a long-running server holds in memory: switches of the C library and of Linux. Elsewhere they do nothing.

/// Each thread would get an arena of its own, up to eight for each processor, which keeps what was once used in it: with two the program
/// needs a quarter less and is no slower. To be called before any thread is begun.
pub fn few_arenas() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes two numbers.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}

/// Gives back to the machine what a large piece of work, or the start, has left unused: memory, and the parts of the program that only
/// it needed. What is needed of them again comes back from the file, which the machine holds as long as it has room.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the first takes a number and touches nothing that is in use; the second hands our function what it describes.
    unsafe {
        libc::malloc_trim(0);
        libc::dl_iterate_phdr(Some(let_go), std::ptr::null_mut());
    }
}

/// Lets go of the parts of the program that are never written to; the first object is the program itself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" fn let_go(object: *mut libc::dl_phdr_info, _: libc::size_t, _: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the loader describes what it has loaded, and for as long as we are called. Pages that nobody may write to are as they
    // are in the file, so the machine may forget them at any time.
    unsafe {
        let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
        let (object, parts) = (&*object, std::slice::from_raw_parts((*object).dlpi_phdr, (*object).dlpi_phnum.into()));
        for part in parts.iter().filter(|p| p.p_type == libc::PT_LOAD && p.p_flags & libc::PF_W == 0) {
            let from = (object.dlpi_addr + part.p_vaddr) as usize;
            let (first, last) = (from.next_multiple_of(page), (from + part.p_memsz as usize) / page * page);
            if first < last {
                libc::madvise(first as *mut libc::c_void, last - first, libc::MADV_DONTNEED);
            }
        }
    }
    1
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[cfg(test)]
mod tests {
    /// Megabytes of the program that lie in memory.
    fn held() -> u64 {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let (mut ours, mut kib) = (false, 0);
        let name = std::env::current_exe().unwrap().display().to_string();
        for line in maps.lines() {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["Rss:", n, _] if ours => kib += n.parse::<u64>().unwrap(),
                [key, ..] if key.ends_with(':') => {}
                _ => ours = line.ends_with(&name),
            }
        }
        kib / 1024
    }

    #[test]
    fn what_only_the_start_needed_is_let_go_and_comes_back() {
        let before = crate::say::Lang::En.t("nav-home");
        let most = held();
        super::give_back();
        let left = held();
        assert!(left < most, "{most} {left}");
        assert_eq!(crate::say::Lang::En.t("nav-home"), before);
    }
}
