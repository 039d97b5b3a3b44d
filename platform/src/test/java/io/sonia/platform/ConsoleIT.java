package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats, the key of the audit, browser sessions and the relay of a running console. */
class ConsoleIT {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack stack;
    private static Api console;

    @BeforeAll
    static void start() throws IOException {
        Map<String, Object> sections = new HashMap<>();
        sections.put("rate_limit", TestHome.noRateLimit());
        sections.put("sofiia", Map.of("chat_burst", 30, "operator_burst", 200));
        home = TestHome.install(folder, sections);
        stack = AllInOneIT.start(home);
        console = Api.at(home.port(ServiceName.SOFIIA_CONSOLE), home.operatorToken());
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void whatIsSentIsAnsweredAndBothAreKept() {
        String chat = chat("first");
        Api.Response sent = console.post(chat + "/send", Map.of("text", "remember that my locker code is 4711"));
        assertThat(sent.status()).as(sent.text()).isEqualTo(200);
        assertThat(Api.object(sent.data().get("message")))
                .containsEntry("state", "done")
                .containsEntry("role", "user");
        assertThat(String.valueOf(Api.object(sent.data().get("reply")).get("text")))
                .contains("4711");
        List<Map<String, Object>> messages = messages(chat);
        assertThat(messages).extracting(each -> each.get("role")).containsExactly("assistant", "user");
        assertThat(messages.getFirst().get("turn_id"))
                .isEqualTo(messages.getLast().get("turn_id"));
        assertThat(console.get(chat).data()).containsEntry("message_count", 2L);
        assertThat(home.log("sofiia-console")).doesNotContain("locker code");
    }

    @Test
    void aKeyGivesTheSameAnswerAgainAndHasOneEffect() {
        String chat = chat("keys");
        Api keyed = console.with("X-Idempotency-Key", "console-once");
        Api.Response first = keyed.post(chat + "/send", Map.of("text", "what time is it?"));
        Api.Response again = keyed.post(chat + "/send", Map.of("text", "what time is it?"));
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(again.data()).isEqualTo(first.data());
        assertThat(keyed.post(chat + "/send", Map.of("text", "something else")).code())
                .isEqualTo("IDEMPOTENCY_MISMATCH");
        assertThat(messages(chat)).hasSize(2);
        assertThat(keyed.with("Accept", "text/event-stream")
                        .post(chat + "/send", Map.of("text", "what time is it?"))
                        .events())
                .extracting(Map.Entry::getKey)
                .containsExactly("response.final", "done");
        assertThat(messages(chat)).hasSize(2);
    }

    @Test
    void aStreamTellsTheTurnAndLeavesItsAnswer() {
        String chat = chat("stream");
        Api.Response stream =
                console.with("Accept", "text/event-stream").post(chat + "/send", Map.of("text", "list the files"));
        assertThat(stream.events())
                .extracting(Map.Entry::getKey)
                .contains("turn.started", "tool.call.requested", "response.final")
                .endsWith("done");
        assertThat(messages(chat)).extracting(each -> each.get("state")).containsExactly("done", "done");
    }

    @Test
    void aMessageThatWaitsIsAnsweredAfterTheDecision() throws Exception {
        String chat = chat("decision");
        Api.Response parked = console.post(chat + "/send", Map.of("text", "write hello to console.txt"));
        assertThat(parked.status()).as(parked.text()).isEqualTo(202);
        assertThat(parked.data().get("reply")).isNull();
        String approval =
                String.valueOf(Api.objects(Api.object(parked.data().get("turn")).get("pending_approvals"))
                        .getFirst()
                        .get("approval_id"));
        assertThat(messages(chat).getFirst()).containsEntry("state", "awaiting_approval");
        Api.Response approved =
                console.post("/api/relay/api-gateway/v1/confirmations/" + approval + "/approve", Map.of());
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        assertThat(approved.json()).containsEntry("service", "api-gateway");
        eventually(() -> messages(chat).size() == 2);
        assertThat(messages(chat).getFirst()).containsEntry("role", "assistant");
        assertThat(Files.readString(home.home().workspace().resolve("console.txt")))
                .isEqualTo("hello");
        Api.Response late = console.post("/api/relay/api-gateway/v1/confirmations/" + approval + "/deny", Map.of());
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("ALREADY_DECIDED");
    }

    @Test
    void aTurnThatFailsIsToldAndKept() {
        String chat = chat("failure");
        Api.Response failed = console.post(chat + "/send", Map.of("text", "hello", "profile", "no_such_profile"));
        assertThat(failed.status()).isGreaterThanOrEqualTo(400);
        assertThat(messages(chat)).allMatch(each -> !each.get("state").equals("sent"));
    }

    @Test
    void manyAtOnceWithOneKeyAreOneMessage() throws Exception {
        String chat = chat("race");
        Api keyed = console.with("X-Idempotency-Key", "console-race");
        CountDownLatch ready = new CountDownLatch(1);
        List<Integer> statuses = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    ready.await();
                    statuses.add(keyed.post(chat + "/send", Map.of("text", "hello there"))
                            .status());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        ready.countDown();
        for (Thread thread : threads) {
            thread.join(LONG);
        }
        assertThat(statuses).hasSize(16).containsOnly(200);
        assertThat(messages(chat)).hasSize(2);
    }

    @Test
    void pagesHoldUnderInsertsAndForgedCursorsAreRefused() {
        String chat = chat("pages");
        for (int i = 0; i < 4; i++) {
            console.post(chat + "/send", Map.of("text", "hello " + i));
        }
        Api.Response first = console.get(chat + "/messages?limit=3");
        assertThat(first.data()).containsEntry("total", 8L).containsEntry("count", 3L);
        console.post(chat + "/send", Map.of("text", "one more"));
        List<Map<String, Object>> seen =
                new ArrayList<>(Api.objects(first.data().get("messages")));
        Object cursor = first.data().get("next_cursor");
        while (cursor != null) {
            Api.Response page = console.get(chat + "/messages?limit=3&cursor=" + cursor);
            seen.addAll(Api.objects(page.data().get("messages")));
            cursor = page.data().get("next_cursor");
        }
        Set<Object> ids =
                new HashSet<>(seen.stream().map(each -> each.get("message_id")).toList());
        assertThat(seen).hasSize(8);
        assertThat(ids).hasSize(8);
        String given = String.valueOf(first.data().get("next_cursor"));
        String other = chat("other");
        for (String bad : List.of(given.substring(1), given + "A", "x.y", "%00")) {
            assertThat(console.get(chat + "/messages?cursor=" + bad).code())
                    .as(bad)
                    .isIn("INVALID_CURSOR", "INVALID_ARGUMENT");
        }
        assertThat(console.get(other + "/messages?cursor=" + given).code()).isEqualTo("INVALID_CURSOR");
        assertThat(console.get(chat + "/messages?direction=newer&cursor=" + given)
                        .code())
                .isEqualTo("INVALID_CURSOR");
    }

    @Test
    void theAuditOpensToItsKeyOnlyAlsoFromThisMachine() throws IOException {
        Api nobody = Api.anonymous(home.port(ServiceName.SOFIIA_CONSOLE));
        assertThat(nobody.get("/api/audit").code()).isEqualTo("UNAUTHORIZED");
        assertThat(console.get("/api/audit").code()).isEqualTo("UNAUTHORIZED");
        String key = Files.readString(home.home().auditKey()).strip();
        assertThat(nobody.with("X-Audit-Key", key.substring(1) + "0")
                        .get("/api/audit")
                        .status())
                .isEqualTo(401);
        chat("audited");
        Api.Response read = nobody.with("X-Audit-Key", key).get("/api/audit?action=chat.create&limit=1");
        assertThat(read.status()).as(read.text()).isEqualTo(200);
        assertThat(Api.objects(read.data().get("entries"))).hasSize(1);
        assertThat(Api.objects(nobody.with("X-Audit-Key", key)
                        .get("/api/audit?action=api.audit&limit=50")
                        .data()
                        .get("entries")))
                .extracting(each -> each.get("outcome"))
                .contains("OK", "UNAUTHORIZED");
    }

    @Test
    void theRelayLeadsWhereAPersonMayGoAndNowhereElse() {
        assertThat(console.get("/api/relay/eva-os/v1/policy").data()).containsKey("policy_version");
        assertThat(console.get("/api/relay/memory-engine/query/stats").status()).isEqualTo(200);
        for (String path : List.of(
                "/api/relay/eva-os/v1/auth/verifiers",
                "/api/relay/sofiia-console/api/chats",
                "/api/relay/nobody/status",
                "/api/relay/api-gateway/no/such/route")) {
            assertThat(console.get(path).code()).as(path).isEqualTo("NOT_FOUND");
        }
        assertThat(console.post("/api/relay/eva-os/v1/events", Map.of("events", List.of()))
                        .code())
                .isEqualTo("NOT_FOUND");
        assertThat(console.get("/api/relay/eva-os/approvals?limit=0").code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(Api.anonymous(home.port(ServiceName.SOFIIA_CONSOLE))
                        .get("/api/relay/eva-os/v1/policy")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void theHouseIsToldAtAGlance() {
        assertThat(console.get("/api/overview").data())
                .containsEntry("complete", true)
                .containsEntry("missing", List.of());
        assertThat(console.get("/api/health").data()).containsEntry("status", "ok");
        assertThat(console.get("/api/me").data()).containsEntry("actor_role", "operator");
    }

    @Test
    void aLinkSignsOneBrowserInOnce() throws IOException {
        Api.Response in = signedIn();
        assertThat(in.status()).isEqualTo(200);
        String setting = in.header("Set-Cookie").orElseThrow();
        assertThat(setting).contains("HttpOnly").contains("SameSite=Strict").doesNotContain(home.operatorToken());
        Api browser = browser(in);
        assertThat(browser.get("/api/me").data()).containsEntry("actor_role", "operator");
        assertThat(browser.post("/api/chats", Map.of("title", "from a browser")).status())
                .isEqualTo(200);
    }

    @Test
    void aCodeIsGoodOnce() {
        String code = code();
        assertThat(nobody().post("/api/sign-in", Map.of("code", code)).status()).isEqualTo(200);
        assertThat(nobody().post("/api/sign-in", Map.of("code", code)).code()).isEqualTo("UNAUTHORIZED");
        assertThat(nobody().post("/api/sign-in", Map.of("code", "made up")).code())
                .isEqualTo("UNAUTHORIZED");
    }

    @Test
    void aCookieWithoutItsPageOrFromElsewhereOpensNothing() {
        Api.Response in = signedIn();
        Api.Response other = signedIn();
        Api cookieOnly = nobody().with("Cookie", cookie(in));
        assertThat(cookieOnly.get("/api/me").status()).isEqualTo(401);
        assertThat(cookieOnly
                        .with("X-Sonia-Page", String.valueOf(other.data().get("page")))
                        .get("/api/me")
                        .status())
                .isEqualTo(401);
        assertThat(browser(in)
                        .with("Origin", "http://evil.example")
                        .post("/api/chats", Map.of())
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(Api.anonymous(home.port(ServiceName.API_GATEWAY))
                        .with("Cookie", cookie(in))
                        .with("X-Sonia-Page", String.valueOf(in.data().get("page")))
                        .get("/v1/sessions")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void signingOutEndsTheSession() {
        Api.Response in = signedIn();
        assertThat(browser(in).post("/api/sign-out", Map.of()).data()).containsEntry("ended", true);
        assertThat(browser(in).get("/api/me").status()).isEqualTo(401);
    }

    @Test
    void signingOutEndsWhatStillStreams() throws Exception {
        Api.Response in = signedIn();
        Api events = browser(in).with("Accept", "text/event-stream");
        CompletableFuture<Api.Response> stream = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            begun.countDown();
            try {
                stream.complete(events.get("/api/relay/eva-os/v1/events/stream"));
            } catch (java.io.UncheckedIOException cutOff) {
                stream.complete(null);
            }
        });
        begun.await();
        chat("seen by the stream");
        assertThat(stream).isNotDone();
        browser(in).post("/api/sign-out", Map.of());
        assertThat(stream).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aSessionEndsWithTheKeyItStandsFor() {
        Api evaOs = Api.at(home.port(ServiceName.EVA_OS), token());
        Api.Response made = evaOs.post("/v1/users", Map.of("display_name", "browsing", "role", "observer"));
        String key = String.valueOf(made.data().get("api_key"));
        Api.Response link = Api.at(home.port(ServiceName.SOFIIA_CONSOLE), key).post("/api/sign-in/links", Map.of());
        Api.Response in = nobody().post("/api/sign-in", Map.of("code", codeOf(link)));
        assertThat(browser(in).get("/api/me").data()).containsEntry("actor_role", "observer");
        assertThat(browser(in).post("/api/chats", Map.of()).code()).isEqualTo("FORBIDDEN");
        evaOs.post(made.header("Location").orElseThrow() + "/revoke-key", Map.of("reason", "test"));
        assertThat(browser(in).get("/api/me").status()).isEqualTo(401);
    }

    @Test
    void thePageIsStrictAndItsFilesAreThere() {
        Api.Response page = nobody().get("/");
        assertThat(page.text()).startsWith("<!doctype html>");
        assertThat(page.header("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(nobody().get("/assets/marked.js").status()).isEqualTo(200);
        for (String each : List.of("/assets/nothing.js", "/assets/index.html", "/assets/page/index.html")) {
            assertThat(nobody().get(each).status()).as(each).isEqualTo(404);
        }
    }

    static Api nobody() {
        return Api.anonymous(home.port(ServiceName.SOFIIA_CONSOLE));
    }

    private static String token() {
        try {
            return home.operatorToken();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Api.Response signedIn() {
        return nobody().post("/api/sign-in", Map.of("code", code()));
    }

    private static String code() {
        return codeOf(console.post("/api/sign-in/links", Map.of()));
    }

    private static String codeOf(Api.Response link) {
        String url = String.valueOf(link.data().get("url"));
        return url.substring(url.indexOf("#sign-in=") + "#sign-in=".length());
    }

    private static String cookie(Api.Response in) {
        String setting = in.header("Set-Cookie").orElseThrow();
        return setting.substring(0, setting.indexOf(';'));
    }

    private static Api browser(Api.Response in) {
        return nobody().with("Cookie", cookie(in))
                .with("X-Sonia-Page", String.valueOf(in.data().get("page")));
    }

    private static String chat(String title) {
        Api.Response made = console.post("/api/chats", Map.of("title", title));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made.header("Location").orElseThrow();
    }

    private static List<Map<String, Object>> messages(String chat) {
        return Api.objects(console.get(chat + "/messages").data().get("messages"));
    }

    private static void eventually(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            new java.util.concurrent.Semaphore(0).tryAcquire(50, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }
}
