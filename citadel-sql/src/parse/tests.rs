//! What parses, how it groups, what is refused.
