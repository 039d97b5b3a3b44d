package io.sonia.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, each column as wide as its widest cell. Cells are plain text; nothing in them is obeyed. */
final class Table {

    private static final int WIDEST = 72;
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    Table(String... headings) {
        columns = headings.length;
        add((Object[]) headings);
    }

    /** Adds a row; the number of cells is that of the headings. */
    void add(Object... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException("expected " + columns + " cells, met " + cells.length);
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            String text = SafeText.line(String.valueOf(cell));
            row.add(text.length() > WIDEST ? text.substring(0, WIDEST - 3) + "..." : text);
        }
        rows.add(row);
    }

    void show(Screen screen) {
        List<String> lines = lines();
        screen.line(screen.paint(Ink.BOLD, lines.getFirst()));
        lines.subList(1, lines.size()).forEach(screen::line);
    }

    List<String> lines() {
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            out.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
        }
        return out.toString().stripTrailing();
    }
}
