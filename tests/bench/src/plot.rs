//! CPU per request by number of routes, as an SVG.

use std::fmt::Write as _;

use crate::{bootstrap::Variant, comparison::Comparison};

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 460.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 290.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
/// Between the names of two lines.
const LINE_HEIGHT: f64 = 17.0;

/// The picture.
pub(crate) fn svg(comparison: &Comparison) -> String {
    let lines: Vec<(Variant, Vec<f64>)> = Variant::ALL
        .into_iter()
        .map(|variant| (variant, medians(comparison, variant)))
        .collect();
    let highest = lines
        .iter()
        .flat_map(|(_, cpu)| cpu)
        .fold(1.0, |a, &b| f64::max(a, b));
    let axes = Axes {
        sizes: comparison.sizes.iter().map(|&size| size as f64).collect(),
        step: step(highest),
        highest,
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>CPU of the Envoy process per request, by number of routes</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    axes.draw(&mut svg);
    let mut labels = Vec::new();
    for (variant, cpu) in &lines {
        let color = color(*variant);
        let points: Vec<String> = axes
            .sizes
            .iter()
            .zip(cpu)
            .map(|(&size, &cpu)| format!("{:.1},{:.1}", axes.x(size), axes.y(cpu)))
            .collect();
        let dash = if variant.has_routes() {
            ""
        } else {
            " stroke-dasharray=\"5 4\""
        };
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>",
            points.join(" ")
        );
        if let Some(&last) = cpu.last() {
            labels.push((axes.y(last), format!("{} {last:.1}", variant.name()), color));
        }
    }
    for (y, text, color) in apart(labels) {
        let x = WIDTH - RIGHT + 10.0;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y:.1}\" fill=\"{color}\">{text}</text>"
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn medians(comparison: &Comparison, variant: Variant) -> Vec<f64> {
    let measured = comparison
        .sizes
        .iter()
        .filter_map(|&size| comparison.of(variant, size));
    measured.map(|m| m.cpu.spread().median).collect()
}

fn color(variant: Variant) -> &'static str {
    match variant {
        Variant::Nothing => "#8a8a8a",
        Variant::NoOp => "#666666",
        Variant::Floor => "#222222",
        Variant::List => "#c0392b",
        Variant::Tree => "#e08e0b",
        Variant::Lua => "#2471a3",
        Variant::Gamma => "#1e8449",
        Variant::GammaLean => "#58a55c",
    }
}

struct Axes {
    sizes: Vec<f64>,
    step: f64,
    highest: f64,
}

impl Axes {
    /// Logarithmic.
    fn x(&self, routes: f64) -> f64 {
        let (first, last) = (self.sizes[0].ln(), self.sizes[self.sizes.len() - 1].ln());
        let span = if last > first { last - first } else { 1.0 };
        LEFT + (routes.ln() - first) / span * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, micros: f64) -> f64 {
        let top = (self.highest / self.step).ceil() * self.step;
        HEIGHT - BOTTOM - micros / top * (HEIGHT - TOP - BOTTOM)
    }

    fn draw(&self, svg: &mut String) {
        let (left, right) = (LEFT, WIDTH - RIGHT);
        let mut micros = 0.0;
        while micros < self.highest + self.step {
            let y = self.y(micros);
            let _ = writeln!(
                svg,
                "<line x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#e0e0e0\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#444444\">{micros:.0}</text>",
                left - 8.0,
                y + 4.0
            );
            micros += self.step;
        }
        for &size in &self.sizes {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#444444\">{size}</text>",
                self.x(size),
                HEIGHT - BOTTOM + 20.0
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{left}\" y=\"22\" fill=\"#222222\">µs of CPU per request</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#222222\">routes on one Service</text>",
            (left + right) / 2.0,
            HEIGHT - 10.0
        );
    }
}

/// Between two lines of the grid: 1, 2 or 5 times a power of ten, five to ten of them.
fn step(highest: f64) -> f64 {
    let magnitude = 10_f64.powf((highest / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude);
    let few_enough = |step: &f64| highest / step <= 8.0;
    steps.into_iter().find(few_enough).unwrap_or(highest)
}

/// Moves the names of lines apart, so that each can be read.
fn apart(mut labels: Vec<(f64, String, &'static str)>) -> Vec<(f64, String, &'static str)> {
    labels.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut above = HEIGHT - BOTTOM + LINE_HEIGHT;
    for (y, _, _) in &mut labels {
        *y = f64::min(*y + 4.0, above - LINE_HEIGHT);
        above = *y;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_lines_do_not_overlap() {
        let at = |y| (y, String::new(), "");
        let moved = apart(vec![at(300.0), at(299.0), at(100.0)]);
        let ys: Vec<f64> = moved.iter().map(|(y, _, _)| *y).collect();
        assert_eq!(ys, [304.0, 287.0, 104.0]);
    }

    #[test]
    fn steps_of_the_grid_are_round() {
        for (highest, expected) in [(46.0, 10.0), (229.0, 50.0), (7.0, 1.0), (75.0, 10.0)] {
            assert_eq!(step(highest), expected, "{highest}");
        }
    }
}
