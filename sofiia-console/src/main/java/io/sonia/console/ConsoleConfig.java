package io.sonia.console;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.settings.Section;

/**
 * What an installation may choose about the console.
 *
 * @param chatPerMinute messages that one chat takes, beyond {@code chatBurst} at once
 * @param operatorPerMinute messages that one person may send, in all chats together
 * @param localNode the name of this installation's own gateway
 * @param sessionHours how long a browser stays signed in
 * @param linkSeconds how long a sign-in link is good
 */
public record ConsoleConfig(
        @Default("20") @Range(min = 1, max = 100_000) int chatPerMinute,
        @Default("5") @Range(min = 1, max = 100_000) int chatBurst,
        @Default("60") @Range(min = 1, max = 1_000_000) int operatorPerMinute,
        @Default("20") @Range(min = 1, max = 1_000_000) int operatorBurst,

        @Default("\"NODA1\"") @Text(min = 1, max = 64, pattern = "[A-Za-z0-9_.-]+")
        String localNode,

        @Default("12") @Range(min = 1, max = 168) int sessionHours,
        @Default("120") @Range(min = 10, max = 3600) int linkSeconds) {

    static final Section<ConsoleConfig> SECTION = Section.fixed("sofiia", ConsoleConfig.class);
}
