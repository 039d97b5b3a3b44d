package io.sonia.cli;

import io.sonia.kernel.json.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A frame as lines that fit a terminal: on a narrow one the least telling columns are left out. */
final class TopPicture {

    private static final String NONE = "-";

    /**
     * One column.
     *
     * @param from the width of the terminal from which it is shown
     */
    private record Column(String heading, int width, int from, Function<TopFrame.Line, String> cell) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("SERVICE", 14, 0, TopFrame.Line::service),
            new Column("STATE", 11, 0, TopFrame.Line::state),
            new Column("REQ/S", 8, 48, each -> decimal(each.requestsPerSecond())),
            new Column("P95", 8, 48, each -> each.p95Ms() == null ? NONE : Words.millis(each.p95Ms())),
            new Column("ERR/S", 7, 64, each -> decimal(each.errorsPerSecond())),
            new Column("RUN", 4, 64, each -> whole(each.running())),
            new Column("WAIT", 4, 64, each -> whole(each.waiting())),
            new Column("RESTARTS", 8, 80, each -> whole(each.restarts())),
            new Column("CPU", 6, 80, each -> each.cpuPercent() == null ? NONE : decimal(each.cpuPercent()) + "%"),
            new Column("MEMORY", 9, 96, each -> each.memoryBytes() == null ? NONE : Words.bytes(each.memoryBytes())));

    private TopPicture() {}

    /** The lines, none longer than the width and no more than the height. */
    static List<String> lines(TopFrame frame, int width, int height) {
        List<String> lines = new ArrayList<>();
        lines.add("SONIA  " + Timestamps.format(frame.timestamp()));
        lines.add("approvals waiting " + whole(frame.approvalsWaiting()) + "   dead letters "
                + whole(frame.deadLetters()) + "   open alerts " + whole(frame.alertsOpen()));
        lines.add("");
        List<Column> shown =
                COLUMNS.stream().filter(each -> each.from() <= width).toList();
        lines.add(row(shown, Column::heading));
        frame.services()
                .forEach(each -> lines.add(row(shown, column -> column.cell().apply(each))));
        if (!frame.alerts().isEmpty()) {
            lines.add("");
            frame.alerts()
                    .forEach(each -> lines.add(each.severity() + "  " + each.type() + " at " + each.source() + " since "
                            + Timestamps.format(each.since())));
        }
        return lines.stream()
                .map(SafeText::line)
                .map(each -> each.length() <= width ? each : each.substring(0, Math.max(0, width)))
                .limit(Math.max(1, height))
                .toList();
    }

    private static String row(List<Column> columns, Function<Column, String> cell) {
        StringBuilder row = new StringBuilder();
        for (Column each : columns) {
            String text = cell.apply(each);
            String cut = text.length() > each.width() ? text.substring(0, each.width()) : text;
            row.append(cut).append(" ".repeat(each.width() - cut.length())).append("  ");
        }
        return row.toString().stripTrailing();
    }

    private static String decimal(@Nullable Double value) {
        return value == null ? NONE : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String whole(@Nullable Integer value) {
        return value == null ? NONE : value.toString();
    }
}
