package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A running stack whose memory is asked by an operator; each test for a user of its own. */
abstract class MemoryCase {

    private static final AtomicInteger USERS = new AtomicInteger();

    @TempDir
    static Path folder;

    static TestHome home;
    private static Stack stack;
    static Api memory;

    /** Nobody sees what another test has stored. */
    final String user = "usr_" + USERS.incrementAndGet();

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        stack = AllInOneIT.start(home, Clock.system(), Main.SERVICES);
        memory = Api.at(home.port(ServiceName.MEMORY_ENGINE), home.operatorToken());
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    static Map<String, Object> data(Api.Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return response.data();
    }

    Map<String, Object> post(String path, Map<String, ?> body) {
        return data(memory.post(path, body));
    }

    String text(String content) {
        return String.valueOf(post("/store", Map.of("type", "note", "content", content, "user_id", user))
                .get("id"));
    }

    static Map<String, Object> fact(String subject, String predicate, String object) {
        return Map.of("subject", subject, "predicate", predicate, "object", object);
    }

    Map<String, Object> typed(String subtype, Map<String, ?> content, Map<String, ?> more) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("subtype", subtype, "content", content, "user_id", user));
        body.putAll(more);
        return post("/v1/memory/store", body);
    }

    String id(Map<String, Object> stored) {
        return String.valueOf(stored.get("id"));
    }

    List<String> found(String query, Map<String, ?> more) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("query", query, "user_id", user));
        body.putAll(more);
        return Api.objects(post("/search", body).get("results")).stream()
                .map(this::id)
                .toList();
    }

    Map<String, Object> recalled(String id) {
        return data(memory.get("/recall/" + id));
    }
}
