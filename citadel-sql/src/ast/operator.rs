//! Operators.

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UnaryOp {
    Not,
    Negate,
    Plus,
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concat,
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
    And,
    Or,
}

/// The distances that SQL can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DistanceMetric {
    /// `<->`
    L2,
    /// `<#>`: the inner product, negated.
    NegativeInnerProduct,
    /// `<=>`: 1 − cosine; NULL for a zero vector.
    Cosine,
    /// `<+>`
    L1,
    /// `<~>`: how many bits differ.
    Hamming,
    /// `<%>`: 1 − the share of bits set in both among those set in either; of bits.
    Jaccard,
}

impl UnaryOp {
    /// How it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Not => "NOT",
            Self::Negate => "-",
            Self::Plus => "+",
        }
    }
}

impl BinaryOp {
    /// The comparison with its operands the other way round.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
            other => other,
        }
    }

    /// The comparison that is TRUE where this one is FALSE.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::NotEq,
            Self::NotEq => Self::Eq,
            Self::Lt => Self::GtEq,
            Self::LtEq => Self::Gt,
            Self::Gt => Self::LtEq,
            Self::GtEq => Self::Lt,
            other => other,
        }
    }

    /// How it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Concat => "||",
            Self::Eq => "=",
            Self::NotEq => "<>",
            Self::Lt => "<",
            Self::LtEq => "<=",
            Self::Gt => ">",
            Self::GtEq => ">=",
            Self::And => "AND",
            Self::Or => "OR",
        }
    }

    /// `=`, `<>`, `<`, `<=`, `>`, `>=`
    pub(crate) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Eq | Self::NotEq | Self::Lt | Self::LtEq | Self::Gt | Self::GtEq
        )
    }
}

impl DistanceMetric {
    /// How it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::L2 => "<->",
            Self::NegativeInnerProduct => "<#>",
            Self::Cosine => "<=>",
            Self::L1 => "<+>",
            Self::Hamming => "<~>",
            Self::Jaccard => "<%>",
        }
    }

    /// Does it measure vectors of bits, rather than of numbers?
    pub(crate) fn is_of_bits(self) -> bool {
        matches!(self, Self::Hamming | Self::Jaccard)
    }
}
