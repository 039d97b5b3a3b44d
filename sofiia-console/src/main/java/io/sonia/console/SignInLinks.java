package io.sonia.console;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Links that sign one browser in, once and soon. At most 32 wait; one more ends the eldest. They end with the process. */
final class SignInLinks {

    /** Whom a link signs in. */
    record Invited(String actorId, String role, String key, Instant until) {}

    private static final int MAX = 32;
    private static final int CODE_BYTES = 32;

    private final Clock clock;
    private final Ids ids;
    private final Duration life;
    private final LinkedHashMap<String, Invited> waiting = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Invited> eldest) {
            return size() > MAX;
        }
    };

    SignInLinks(Clock clock, Ids ids, Duration life) {
        this.clock = clock;
        this.ids = ids;
        this.life = life;
    }

    Instant end() {
        return clock.now().plus(life);
    }

    /** Makes the code of a new link. */
    synchronized String invite(Invited person) {
        String code = Base64.getUrlEncoder().withoutPadding().encodeToString(ids.bytes(CODE_BYTES));
        waiting.put(Sha256.hex(code), person);
        return code;
    }

    /** Takes up a code; a second time there is nobody. */
    synchronized Optional<Invited> take(String code) {
        return Optional.ofNullable(waiting.remove(Sha256.hex(code)))
                .filter(each -> each.until().isAfter(clock.now()));
    }
}
