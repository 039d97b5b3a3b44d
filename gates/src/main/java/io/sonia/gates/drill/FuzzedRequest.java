package io.sonia.gates.drill;

import io.sonia.kernel.http.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A request to a route that is right in most parts and wrong in some, drawn from a seed. */
final class FuzzedRequest {

    /** Served to nobody who may use them: they would end the house, or lock its owner out. */
    static final Set<Operation> NEVER_AS_OPERATOR = Set.of(
            Operation.SUPERVISION_START,
            Operation.SUPERVISION_STOP,
            Operation.SUPERVISION_RESTART,
            Operation.KILL_SET,
            Operation.AUTH_ROTATE_SERVICE,
            Operation.NOTARY_ROTATE,
            Operation.USER_UPDATE,
            Operation.USER_DELETE,
            Operation.USER_ROTATE,
            Operation.USER_REVOKE);

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW");
    private static final List<String> IDS = List.of(
            "act_0123456789abcdef01234567",
            "ses_0123456789abcdef01234567",
            "1",
            "-1",
            "9223372036854775808",
            "eva-os",
            "nobody",
            "..",
            "%2e%2e",
            "%2f",
            "%00",
            "%ff",
            "%F0%9F%92%A9",
            "a;b",
            "a'or'1",
            "$%7Bjndi:x%7D",
            "x".repeat(300));
    private static final List<String> HEADERS = List.of(
            "X-Correlation-ID: req_1",
            "X-Correlation-ID: bad value",
            "X-Correlation-ID: " + "x".repeat(200),
            "X-Idempotency-Key: fuzz-1",
            "X-Idempotency-Key: ",
            "X-Idempotency-Key: a\r\nX-Idempotency-Key: b",
            "Idempotency-Key: \"quoted\"",
            "X-Idempotency-Key: " + "k".repeat(256),
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "traceparent: nonsense",
            "X-Deadline-Ms: 5000",
            "X-Deadline-Ms: 0",
            "X-Deadline-Ms: 1e9",
            "X-Fence-Token: 1",
            "X-Fence-Token: -1",
            "X-Hlc: 1-1",
            "X-Hlc: ????",
            "X-On-Behalf-Of: somebody",
            "Origin: http://evil.example",
            "If-Match: \"1\"",
            "Accept-Encoding: br;q=1.0, gzip;q=0.8",
            "Range: bytes=0-10",
            "Content-Encoding: gzip",
            "Cookie: a=b; c",
            "X-Long: " + "y".repeat(4_000));
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json; charset=utf-8",
            "application/x-www-form-urlencoded",
            "text/plain",
            "application/json; charset=latin1",
            "");
    private static final List<String> QUERIES = List.of(
            "limit=1",
            "limit=0",
            "limit=999999999999",
            "cursor=abc",
            "cursor=%00",
            "state=pending",
            "state=nonsense",
            "from_seq=1",
            "from_seq=-1",
            "wait_ms=0",
            "wait_ms=abc",
            "since=2026-01-01T00:00:00Z",
            "since=yesterday",
            "chain=eva-os",
            "chain=..",
            "unknown=1",
            "limit=1&limit=2",
            "%zz=1",
            "=");

    private final Random random;
    private final FuzzedBody bodies;

    FuzzedRequest(Random random, FuzzedBody bodies) {
        this.random = random;
        this.bodies = bodies;
    }

    /** The bytes of a request to this operation as somebody. */
    byte[] to(Operation operation, String identity) {
        String method = odds(10) ? pick(METHODS) : operation.method();
        StringBuilder head = new StringBuilder(method)
                .append(' ')
                .append(path(operation))
                .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if (!identity.isEmpty()) {
            head.append(identity).append("\r\n");
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            head.append(pick(HEADERS)).append("\r\n");
        }
        byte[] body = operation.method().equals("GET") && !odds(20) ? new byte[0] : bodies.to(operation);
        if (body.length > 0 || odds(50)) {
            String type = odds(85) ? TYPES.getFirst() : pick(TYPES);
            if (!type.isEmpty()) {
                head.append("Content-Type: ").append(type).append("\r\n");
            }
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }

    private String path(Operation operation) {
        List<String> segments = new ArrayList<>();
        for (String segment : operation.path().substring(1).split("/", -1)) {
            boolean variable = segment.startsWith("{");
            segments.add(variable || odds(2) ? pick(IDS) : segment);
        }
        String path = (odds(3) ? "/v3/" : "/") + String.join("/", segments);
        StringBuilder query = new StringBuilder();
        for (int i = odds(40) ? 1 + random.nextInt(2) : 0; i > 0; i--) {
            query.append(query.isEmpty() ? "?" : "&").append(pick(QUERIES));
        }
        return path + query;
    }

    private boolean odds(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
