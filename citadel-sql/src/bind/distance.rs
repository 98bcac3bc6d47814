//! Distances between vectors: operators, and functions of the same meaning.

use super::bound::{DistanceMetric, Expr, ExprKind, UnaryOp};
use super::expr::ExprBinder;
use super::typing::Strength;
use crate::ast;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::{Element, SqlType, VectorType};

/// The functions that are distances.
pub(super) const FUNCTIONS: [(&str, DistanceMetric); 7] = [
    ("l2_distance", DistanceMetric::L2),
    ("cosine_distance", DistanceMetric::Cosine),
    ("l1_distance", DistanceMetric::L1),
    (
        "negative_inner_product",
        DistanceMetric::NegativeInnerProduct,
    ),
    // Its sign is turned back.
    ("inner_product", DistanceMetric::NegativeInnerProduct),
    ("hamming_distance", DistanceMetric::Hamming),
    ("jaccard_distance", DistanceMetric::Jaccard),
];

/// The metric of a function's name.
pub(super) fn metric_of(function: &str) -> Option<DistanceMetric> {
    FUNCTIONS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(function))
        .map(|(_, metric)| *metric)
}

impl ExprBinder<'_, '_> {
    pub(super) fn distance_operator(
        &mut self,
        metric: DistanceMetric,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Result<(ExprKind, SqlType)> {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        self.distance(metric, left, right)
    }

    /// A call of one of [`FUNCTIONS`].
    pub(super) fn distance_function(
        &mut self,
        function: &str,
        metric: DistanceMetric,
        left: Expr,
        right: Expr,
        position: Option<Position>,
    ) -> Result<Expr> {
        let (kind, ty) = self.distance(metric, left, right)?;
        let distance = Expr { kind, ty, position };
        if !function.eq_ignore_ascii_case("inner_product") {
            return Ok(distance);
        }
        Ok(Expr {
            kind: ExprKind::Unary {
                op: UnaryOp::Negate,
                operand: Box::new(distance),
            },
            ty,
            position,
        })
    }

    fn distance(
        &mut self,
        metric: DistanceMetric,
        mut left: Expr,
        mut right: Expr,
    ) -> Result<(ExprKind, SqlType)> {
        let (left_type, right_type) = (left.ty, right.ty);
        self.operand(&mut left, right_type, metric)?;
        self.operand(&mut right, left_type, metric)?;
        if let (SqlType::Vector(a), SqlType::Vector(b)) = (left.ty, right.ty)
            && let (Some(a), Some(b)) = (a.dim, b.dim)
            && a != b
        {
            return Err(Error::sql(
                SqlState::DATA_EXCEPTION,
                format!("vectors of {a} and of {b} dimensions have no distance"),
            )
            .at(right.position));
        }
        let kind = ExprKind::Distance {
            metric,
            left: Box::new(left),
            right: Box::new(right),
        };
        Ok((kind, SqlType::Real))
    }

    /// Makes an operand a vector like the other one.
    fn operand(&mut self, expr: &mut Expr, other: SqlType, metric: DistanceMetric) -> Result<()> {
        let element = if metric.is_of_bits() {
            Element::Bit
        } else {
            Element::F32
        };
        let dim = match other {
            SqlType::Vector(other) => other.dim,
            _ => None,
        };
        let wanted = SqlType::Vector(VectorType { dim, element });
        self.decide(expr, wanted, Strength::Exact)?;
        match expr.ty {
            SqlType::Unknown => Ok(()),
            SqlType::Vector(vector) if vector.is_bits() == metric.is_of_bits() => Ok(()),
            found => Err(misfit(metric, found).at(expr.position)),
        }
    }
}

/// An operand that the distance is not defined on.
fn misfit(metric: DistanceMetric, found: SqlType) -> Error {
    let symbol = metric.symbol();
    let error = |what: &str| {
        let message = format!("{symbol} takes vectors{what}, not {found}");
        Error::sql(SqlState::DATATYPE_MISMATCH, message)
    };
    match found {
        SqlType::Vector(_) if metric.is_of_bits() => {
            error(" of bits").hint("binary_quantize(…) makes bits of a vector's signs")
        }
        SqlType::Vector(_) => error(" of numbers").hint("<~> and <%> measure vectors of bits"),
        _ => error(""),
    }
}
