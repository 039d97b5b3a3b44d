package io.sonia.evaos.policy;

import io.sonia.contracts.policy.TimeWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Windows of time ready to be asked. A clock that is set back at night passes a window twice, one set on may skip it. */
public record TimeWindows(List<Window> windows) {

    private static final int DAY_MINUTES = 24 * 60;

    /** Minutes of the day; an end after the day's last minute is of the next day. */
    record Window(Set<DayOfWeek> days, int from, int to, ZoneId zone) {

        boolean holds(Instant at) {
            LocalDateTime local = LocalDateTime.ofInstant(at, zone);
            int minute = minutes(local.toLocalTime());
            boolean today = days.contains(local.getDayOfWeek()) && minute >= from && minute < to;
            boolean sinceYesterday = days.contains(local.getDayOfWeek().minus(1)) && minute + DAY_MINUTES < to;
            return today || sinceYesterday;
        }

        private static int minutes(LocalTime time) {
            return time.getHour() * 60 + time.getMinute();
        }
    }

    public static TimeWindows of(List<TimeWindow> given) {
        return new TimeWindows(given.stream().map(TimeWindows::window).toList());
    }

    /** True within any of them, and if there are none. */
    public boolean hold(Instant at) {
        return windows.isEmpty() || windows.stream().anyMatch(each -> each.holds(at));
    }

    private static Window window(TimeWindow given) {
        Set<DayOfWeek> days = given.days().isEmpty() ? EnumSet.allOf(DayOfWeek.class) : EnumSet.copyOf(given.days());
        int from = minute(given.from());
        int to = minute(given.to());
        return new Window(days, from, to > from ? to : to + DAY_MINUTES, ZoneId.of(given.zone()));
    }

    private static int minute(String time) {
        return Integer.parseInt(time.substring(0, 2)) * 60 + Integer.parseInt(time.substring(3));
    }
}
