package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;

/**
 * How many requests a process works on at once and from which web origins.
 *
 * @param maxWaiting requests beyond {@code maxRunning} that wait; more are shed
 * @param protectedPermits of {@code maxRunning}, those kept for decisions, audit and health
 */
public record HttpConfig(
        @Default("256") @Range(min = 1, max = 10_000) int maxRunning,
        @Default("512") @Range(max = 10_000) int maxWaiting,
        @Default("16") @Range(max = 10_000) int protectedPermits,

        @Default("[\"http://127.0.0.1:7080\",\"http://localhost:7080\"]")
        @Items(max = 50)
        @Text(min = 1, max = 255, pattern = "https?://[A-Za-z0-9.:\\[\\]-]+")
        List<String> allowedOrigins) {

    public static final Section<HttpConfig> SECTION = Section.fixed("http", HttpConfig.class)
            .checkedBy((http, all, problems) -> {
                if (http.protectedPermits() >= http.maxRunning()) {
                    problems.accept("protected_permits=%d leaves nothing of max_running=%d for other work"
                            .formatted(http.protectedPermits(), http.maxRunning()));
                }
            });
}
