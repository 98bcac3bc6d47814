//! Names, types, groups and errors of bound statements.
