//! 授权运营域 — the operating domain in which data is used: who may enter (ZJK-18, ZJK-31). It stands below both operators and
//! knows no licence, only the door that a licence opens.

pub mod access;
