package io.sonia.contracts.policy;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.time.DayOfWeek;
import java.util.List;

/**
 * A time of day on some days of the week, as the clocks of a zone show it.
 *
 * @param days on which it begins; empty for every day
 * @param from the minute it begins at
 * @param to the minute it ends before; one that is not after {@code from} is of the next day
 * @param zone a name of the IANA time zone database
 */
public record TimeWindow(
        @Default("[]") @Items(max = 7) List<DayOfWeek> days,

        @Default("\"00:00\"") @Text(min = 5, max = 5, pattern = "([01][0-9]|2[0-3]):[0-5][0-9]")
        String from,

        @Default("\"24:00\"") @Text(min = 5, max = 5, pattern = "([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
        String to,

        @Default("\"UTC\"") @Text(min = 1, max = 64, pattern = "[A-Za-z0-9_+/-]+")
        String zone) {}
