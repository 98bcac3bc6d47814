//! What a superblock must survive, and what it must refuse.
