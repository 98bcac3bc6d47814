//! Window functions: each is collected with its window, and a column stands for it.

use super::bound::{
    ColumnId, Expr, ExprKind, Frame, FrameBound, FrameUnits, RelationNo, Window, WindowCall,
    Windows,
};
use super::call::{or_zero, wrong_count};
use super::expr::ExprBinder;
use super::same::same;
use super::typing::{self, Strength};
use crate::ast::{self, Arguments, Exclusion, Identifier, Over};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{AggregateFunction, WindowFunction};
use crate::types::{SqlType, Value};

/// The window functions of a query, while its expressions are bound.
pub(super) struct Collected {
    pub(super) relation: RelationNo,
    pub(super) calls: Vec<(Window, WindowCall)>,
    /// The WINDOW clause.
    pub(super) named: Vec<(Identifier, Over)>,
}

impl Collected {
    /// What was collected, if there is anything.
    pub(super) fn finish(self) -> Option<Windows> {
        (!self.calls.is_empty()).then_some(Windows {
            relation: self.relation,
            calls: self.calls,
        })
    }

    fn column(&mut self, window: Window, call: WindowCall, at: Option<Position>) -> Result<Expr> {
        let ty = call.ty;
        let known = self
            .calls
            .iter()
            .position(|(other_window, other)| window.same(other_window) && call.same(other));
        let column = known.unwrap_or_else(|| {
            self.calls.push((window, call));
            self.calls.len() - 1
        });
        let column = u32::try_from(column).map_err(|_| {
            Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "too many window functions",
            )
        })?;
        let relation = self.relation;
        Ok(Expr {
            kind: ExprKind::Column(ColumnId { relation, column }),
            ty,
            position: at,
        })
    }

    /// A window of the WINDOW clause, with what it goes on from.
    fn named(&self, name: &Identifier, depth: usize) -> Result<ast::Window> {
        let mut found = self.named.iter();
        let found = found.find(|(known, _)| known.name.eq_ignore_ascii_case(&name.name));
        let unknown = || {
            Error::sql(
                SqlState::UNDEFINED_OBJECT,
                format!("window \"{}\" does not exist", name.name),
            )
            .at(name.position)
        };
        // A window can only go on from one that was named before it.
        let (_, over) = found.filter(|_| depth > 0).ok_or_else(unknown)?;
        self.written_out(over, depth - 1)
    }

    /// A window with what it takes over from those that it names.
    fn written_out(&self, over: &Over, depth: usize) -> Result<ast::Window> {
        let window = match over {
            Over::Name(name) => return self.named(name, depth),
            Over::Window(window) => window,
        };
        let Some(name) = &window.base else {
            return Ok(ast::Window::clone(window));
        };
        let base = self.named(name, depth)?;
        let refuse = |what: &str| {
            let text = format!("cannot {what} of window \"{}\"", name.name);
            Err(Error::sql(SqlState::WINDOWING_ERROR, text).at(name.position))
        };
        if !window.partition_by.is_empty() {
            return refuse("change PARTITION BY");
        }
        if !window.order_by.is_empty() && !base.order_by.is_empty() {
            return refuse("change ORDER BY");
        }
        if base.frame.is_some() {
            return refuse("copy the frame");
        }
        Ok(ast::Window {
            base: None,
            partition_by: base.partition_by,
            order_by: match window.order_by.is_empty() {
                true => base.order_by,
                false => window.order_by.clone(),
            },
            frame: window.frame.clone(),
        })
    }
}

impl ExprBinder<'_, '_> {
    /// `function(…) [FILTER (WHERE …)] OVER …`
    pub(super) fn window_function(
        &mut self,
        name: &Identifier,
        arguments: &Arguments,
        filter: Option<&ast::Expr>,
        over: &Over,
    ) -> Result<Expr> {
        let Some(collected) = self.windows.take() else {
            return Err(Error::sql(
                SqlState::WINDOWING_ERROR,
                "a window function is allowed in a select list and its ORDER BY, and not inside another",
            )
            .at(name.position));
        };
        let bound = collected
            .written_out(over, collected.named.len())
            .and_then(|window| {
                let call = self.window_call(name, arguments, filter)?;
                let (window, frame) = self.window(&window)?;
                Ok((window, WindowCall { frame, ..call }))
            });
        let column = bound.and_then(|(window, call)| collected.column(window, call, name.position));
        self.windows = Some(collected);
        column.map(|column| or_zero(&name.name.to_ascii_lowercase(), column))
    }

    /// The function and its arguments; the frame is still to come.
    fn window_call(
        &mut self,
        name: &Identifier,
        arguments: &Arguments,
        filter: Option<&ast::Expr>,
    ) -> Result<WindowCall> {
        let lower = name.name.to_ascii_lowercase();
        let values = match arguments {
            Arguments::Star => &[],
            Arguments::List {
                distinct: false,
                values,
                order_by,
            } if order_by.is_empty() => values.as_slice(),
            Arguments::WithinGroup { .. } => {
                let what = format!("OVER for ordered-set aggregate {lower}");
                return Err(Error::unsupported(what).at(name.position));
            }
            Arguments::List { .. } => {
                let what = "DISTINCT or ORDER BY among the arguments of a window function";
                return Err(Error::unsupported(what).at(name.position));
            }
        };
        let frame = Frame::default();
        let is_star = matches!(arguments, Arguments::Star);
        let known = self.aggregate(&lower, values.len());
        if is_star || known.is_some() {
            let call = match (is_star, filter) {
                (_, Some(filter)) => self.filtered_call(name, arguments, filter)?,
                (true, None) => self.star_call(&lower, name.position)?,
                (false, None) => {
                    let function = known.unwrap_or(AggregateFunction::Count);
                    self.aggregate_call(function, name, arguments)?
                }
            };
            if call.function.is_ordered_set() {
                let what = format!("OVER for {lower}");
                return Err(Error::unsupported(what).at(name.position));
            }
            return Ok(WindowCall {
                function: WindowFunction::Aggregate(call.function),
                arguments: call
                    .argument
                    .into_iter()
                    .chain(call.constant)
                    .chain(call.filter)
                    .collect(),
                frame,
                ty: call.ty,
            });
        }
        let Some((function, arity)) = WindowFunction::by_name(&lower) else {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("window function {} does not exist", name.name),
            )
            .at(name.position));
        };
        if filter.is_some() {
            return Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                format!("FILTER is for aggregates, and {lower} is none"),
            )
            .at(name.position));
        }
        if !arity.contains(&values.len()) {
            return Err(wrong_count(&lower, values.len(), name.position));
        }
        let mut arguments = self.exprs(values)?;
        let ty = self.window_type(&function, &lower, &mut arguments)?;
        Ok(WindowCall {
            function,
            arguments,
            frame,
            ty,
        })
    }

    /// Decides the arguments' types, and the result's.
    fn window_type(
        &mut self,
        function: &WindowFunction,
        name: &str,
        arguments: &mut [Expr],
    ) -> Result<SqlType> {
        use WindowFunction as F;
        let count = match function {
            F::Ntile => arguments.get_mut(0),
            F::Lag | F::Lead | F::NthValue => arguments.get_mut(1),
            _ => None,
        };
        if let Some(count) = count {
            self.whole(count, name)?;
        }
        if let (F::Lag | F::Lead, [value, _, default]) = (function, &mut *arguments) {
            self.results(&mut [value, default], name)?;
        }
        arguments.iter_mut().for_each(typing::settle);
        Ok(match function {
            F::RowNumber | F::Rank | F::DenseRank | F::Ntile => SqlType::Integer,
            F::PercentRank | F::CumeDist => SqlType::Real,
            _ => arguments.first().map_or(SqlType::Unknown, |value| value.ty),
        })
    }

    /// An INTEGER.
    fn whole(&mut self, expr: &mut Expr, place: &str) -> Result<()> {
        self.decide(expr, SqlType::Integer, Strength::Exact)?;
        match expr.ty {
            SqlType::Integer | SqlType::Unknown => Ok(()),
            ty => Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("{place} takes INTEGER, not {ty}"),
            )
            .at(expr.position)),
        }
    }

    fn window(&mut self, window: &ast::Window) -> Result<(Window, Frame)> {
        let partition = window.partition_by.iter();
        let partition = partition.map(|key| {
            let key = self.settled(key)?;
            self.binder.sort_key(key)
        });
        let partition = partition.collect::<Result<Vec<_>>>()?;
        // Names and numbers of the select list mean nothing here.
        let order = window.order_by.iter().map(|key| {
            let expr = self.settled(&key.expr)?;
            self.by_key(super::bound::SortKey {
                expr,
                descending: key.descending,
                nulls_first: key.nulls_first.unwrap_or(key.descending),
            })
        });
        let order = order.collect::<Result<Vec<_>>>()?;
        let window_keys = Window { partition, order };
        let frame = match &window.frame {
            None => Frame::default(),
            Some(frame) => self.frame(frame, &window_keys)?,
        };
        Ok((window_keys, frame))
    }

    fn frame(&mut self, frame: &ast::Frame, window: &Window) -> Result<Frame> {
        if frame.units == FrameUnits::Groups && window.order.is_empty() {
            return Err(Error::sql(
                SqlState::WINDOWING_ERROR,
                "GROUPS needs an ORDER BY in the window",
            ));
        }
        let bound = Frame {
            units: frame.units,
            start: self.frame_bound(&frame.start, frame.units, window)?,
            end: self.frame_bound(&frame.end, frame.units, window)?,
            exclusion: frame.exclusion,
        };
        match (bound.start.rank(), bound.end.rank()) {
            (4, _) => Err(invalid_frame(
                "a frame cannot start with UNBOUNDED FOLLOWING",
            )),
            (_, 0) => Err(invalid_frame("a frame cannot end with UNBOUNDED PRECEDING")),
            // Both may be PRECEDING, or both FOLLOWING.
            (start, end) if start > end => {
                Err(invalid_frame("a frame cannot end before its start"))
            }
            _ => Ok(bound),
        }
    }

    fn frame_bound(
        &mut self,
        bound: &ast::FrameBound,
        units: FrameUnits,
        window: &Window,
    ) -> Result<FrameBound> {
        Ok(match bound {
            ast::FrameBound::UnboundedPreceding => FrameBound::UnboundedPreceding,
            ast::FrameBound::CurrentRow => FrameBound::CurrentRow,
            ast::FrameBound::UnboundedFollowing => FrameBound::UnboundedFollowing,
            ast::FrameBound::Preceding(offset) => {
                FrameBound::Preceding(self.offset(offset, units, window)?)
            }
            ast::FrameBound::Following(offset) => {
                FrameBound::Following(self.offset(offset, units, window)?)
            }
        })
    }

    fn offset(&mut self, offset: &ast::Expr, units: FrameUnits, window: &Window) -> Result<Expr> {
        let mut bound = self.without_aggregates("a window frame", |binder| binder.expr(offset))?;
        let mut reads = false;
        bound.for_each_column(&mut |_| reads = true);
        if reads {
            return Err(Error::sql(
                SqlState::INVALID_COLUMN_REFERENCE,
                format!("an offset of {} must not read columns", units.name()),
            )
            .at(bound.position));
        }
        if units != FrameUnits::Range {
            self.whole(&mut bound, units.name())?;
            return Ok(bound);
        }
        let [key] = window.order.as_slice() else {
            return Err(Error::sql(
                SqlState::WINDOWING_ERROR,
                "RANGE with an offset needs one ORDER BY key in the window",
            )
            .at(bound.position));
        };
        let ty = key.expr.ty;
        self.decide(&mut bound, ty, Strength::Exact)?;
        typing::settle(&mut bound);
        let is_number = |ty: SqlType| ty.is_numeric() || ty == SqlType::Unknown;
        if !is_number(ty) || !is_number(bound.ty) {
            let text = format!("RANGE with an offset of {} for a key of {ty}", bound.ty);
            return Err(Error::unsupported(text).at(bound.position));
        }
        Ok(bound)
    }
}

fn invalid_frame(text: &str) -> Error {
    Error::sql(SqlState::WINDOWING_ERROR, text)
}

impl FrameBound {
    /// Bounds from the first place to the last, those of one kind alike.
    fn rank(&self) -> u8 {
        match self {
            Self::UnboundedPreceding => 0,
            Self::Preceding(_) => 1,
            Self::CurrentRow => 2,
            Self::Following(_) => 3,
            Self::UnboundedFollowing => 4,
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Preceding(a), Self::Preceding(b)) | (Self::Following(a), Self::Following(b)) => {
                same(a, b)
            }
            _ => self.rank() == other.rank(),
        }
    }
}

impl Default for Frame {
    /// From the start of the partition to the last row that is like the one at hand.
    fn default() -> Self {
        Self {
            units: FrameUnits::Range,
            start: FrameBound::UnboundedPreceding,
            end: FrameBound::CurrentRow,
            exclusion: Exclusion::NoOthers,
        }
    }
}

impl Window {
    /// Are partitions and their order the same?
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.partition.len() == other.partition.len()
            && self.order.len() == other.order.len()
            && self
                .partition
                .iter()
                .zip(&other.partition)
                .all(|(a, b)| same(a, b))
            && self.order.iter().zip(&other.order).all(|(a, b)| {
                (a.descending, a.nulls_first) == (b.descending, b.nulls_first)
                    && same(&a.expr, &b.expr)
            })
    }
}

impl WindowCall {
    fn same(&self, other: &Self) -> bool {
        let frames = (&self.frame, &other.frame);
        self.function == other.function
            && self.arguments.len() == other.arguments.len()
            && self
                .arguments
                .iter()
                .zip(&other.arguments)
                .all(|(a, b)| same(a, b))
            && frames.0.units == frames.1.units
            && frames.0.exclusion == frames.1.exclusion
            && frames.0.start.same(&frames.1.start)
            && frames.0.end.same(&frames.1.end)
    }
}

impl Windows {
    /// What the functions and their windows compute with.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.calls.iter().flat_map(|(window, call)| {
            let order = window.order.iter().map(|key| &key.expr);
            let keys = window.partition.iter().chain(order);
            keys.chain(&call.arguments).chain(call.frame.offsets())
        })
    }

    /// The same, but for what has no columns, to change it.
    pub(super) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.calls.iter_mut().flat_map(|(window, call)| {
            let order = window.order.iter_mut().map(|key| &mut key.expr);
            let keys = window.partition.iter_mut().chain(order);
            keys.chain(&mut call.arguments)
        })
    }
}

impl Frame {
    /// The offsets of its bounds.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = &Expr> {
        [&self.start, &self.end]
            .into_iter()
            .filter_map(|bound| match bound {
                FrameBound::Preceding(offset) | FrameBound::Following(offset) => Some(offset),
                _ => None,
            })
    }

    /// The same, to change them.
    pub(crate) fn offsets_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        [&mut self.start, &mut self.end]
            .into_iter()
            .filter_map(|bound| match bound {
                FrameBound::Preceding(offset) | FrameBound::Following(offset) => Some(offset),
                _ => None,
            })
    }
}

/// A constant that stands for a row of an aggregate.
pub(super) fn always() -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Boolean(true)),
        ty: SqlType::Boolean,
        position: None,
    }
}
