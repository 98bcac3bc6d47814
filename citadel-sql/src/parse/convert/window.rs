//! OVER and WINDOW.

use sqlparser::ast::{
    NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits,
    WindowSpec, WindowType,
};

use super::Converter;
use crate::ast::{Frame, FrameBound, FrameUnits, Identifier, Over, Window};
use crate::error::{Position, Result};

impl Converter<'_> {
    /// What follows OVER; the function begins at `owner`.
    pub(super) fn over(&self, over: WindowType, owner: Option<Position>) -> Result<Over> {
        match over {
            WindowType::NamedWindow(name) => self.identifier(name).map(Over::Name),
            WindowType::WindowSpec(window) => {
                Ok(Over::Window(Box::new(self.window(window, owner)?)))
            }
        }
    }

    /// The WINDOW clause.
    pub(super) fn named_windows(
        &self,
        windows: Vec<NamedWindowDefinition>,
    ) -> Result<Vec<(Identifier, Over)>> {
        let windows = windows.into_iter();
        let windows = windows.map(|NamedWindowDefinition(name, window)| {
            let name = self.identifier(name)?;
            let over = match window {
                NamedWindowExpr::NamedWindow(base) => Over::Name(self.identifier(base)?),
                NamedWindowExpr::WindowSpec(window) => {
                    Over::Window(Box::new(self.window(window, name.position)?))
                }
            };
            Ok((name, over))
        });
        windows.collect()
    }

    fn window(&self, window: WindowSpec, owner: Option<Position>) -> Result<Window> {
        let WindowSpec {
            window_name,
            partition_by,
            order_by,
            window_frame,
        } = window;
        Ok(Window {
            base: window_name.map(|name| self.identifier(name)).transpose()?,
            partition_by: self.exprs(partition_by)?,
            order_by: order_by
                .into_iter()
                .map(|key| self.order_key(key))
                .collect::<Result<_>>()?,
            frame: window_frame
                .map(|frame| self.frame(frame, owner))
                .transpose()?,
        })
    }

    fn frame(&self, frame: WindowFrame, owner: Option<Position>) -> Result<Frame> {
        let WindowFrame {
            units,
            start_bound,
            end_bound,
        } = frame;
        Ok(Frame {
            units: match units {
                WindowFrameUnits::Rows => FrameUnits::Rows,
                WindowFrameUnits::Range => FrameUnits::Range,
                WindowFrameUnits::Groups => FrameUnits::Groups,
            },
            start: self.frame_bound(start_bound)?,
            // A frame with one bound ends at the row at hand.
            end: match end_bound {
                Some(bound) => self.frame_bound(bound)?,
                None => FrameBound::CurrentRow,
            },
            exclusion: self.exclusions.of(owner),
        })
    }

    fn frame_bound(&self, bound: WindowFrameBound) -> Result<FrameBound> {
        Ok(match bound {
            WindowFrameBound::CurrentRow => FrameBound::CurrentRow,
            WindowFrameBound::Preceding(None) => FrameBound::UnboundedPreceding,
            WindowFrameBound::Following(None) => FrameBound::UnboundedFollowing,
            WindowFrameBound::Preceding(Some(offset)) => FrameBound::Preceding(self.expr(*offset)?),
            WindowFrameBound::Following(Some(offset)) => FrameBound::Following(self.expr(*offset)?),
        })
    }
}
