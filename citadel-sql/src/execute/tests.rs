//! Plans and operators over small databases in memory.
