package io.sonia.console;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.metrics.Counter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many messages a chat takes and a person sends: a token bucket each, of which both are charged or none. At most
 * 10,000 buckets; the one that was used longest ago goes first.
 */
final class SendLimits {

    private static final int MAX_BUCKETS = 10_000;
    private static final double NANOS_PER_MINUTE = 60e9;

    /** What a bucket gets and holds. */
    private record Rate(String scope, int perMinute, int burst) {}

    private static final class Bucket {
        private double tokens;
        private long lastNanos;

        /** Nanoseconds until there is a token; 0 if there is one. */
        long wait(Rate rate, long now) {
            tokens = Math.min(rate.burst(), tokens + (now - lastNanos) / NANOS_PER_MINUTE * rate.perMinute());
            lastNanos = now;
            return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / rate.perMinute() * NANOS_PER_MINUTE);
        }
    }

    private final Clock clock;
    private final Counter refused;
    private final Rate chats;
    private final Rate operators;
    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_BUCKETS;
        }
    };

    SendLimits(ConsoleConfig config, Clock clock, Counter refused) {
        this.clock = clock;
        this.refused = refused;
        this.chats = new Rate("chat", config.chatPerMinute(), config.chatBurst());
        this.operators = new Rate("operator", config.operatorPerMinute(), config.operatorBurst());
    }

    /**
     * Charges one message.
     *
     * @throws SoniaException RATE_LIMITED, and nothing is charged
     */
    synchronized void take(String chatId, String actorId) {
        long now = clock.nanoTime();
        Bucket chat = bucket(chats, chatId, now);
        Bucket operator = bucket(operators, actorId, now);
        refuse(chats, chat.wait(chats, now));
        refuse(operators, operator.wait(operators, now));
        chat.tokens -= 1;
        operator.tokens -= 1;
    }

    private void refuse(Rate rate, long nanos) {
        if (nanos > 0) {
            refused.increment(rate.scope());
            throw SoniaException.of(ErrorCode.RATE_LIMITED)
                    .with("scope", rate.scope())
                    .retryAfter(Duration.ofNanos(nanos));
        }
    }

    private Bucket bucket(Rate rate, String whose, long now) {
        return buckets.computeIfAbsent(rate.scope() + " " + whose, key -> {
            Bucket made = new Bucket();
            made.tokens = rate.burst();
            made.lastNanos = now;
            return made;
        });
    }
}
