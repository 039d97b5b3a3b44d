package io.sonia.openclaw;

import io.sonia.contracts.Installation;
import io.sonia.contracts.RiskTier;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionWait;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Handler;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Settings;
import io.sonia.testkit.Audits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The executor with its real store, tools and processes; only its neighbours are made up. */
final class Workshop implements AutoCloseable {

    static final Caller OLENA = new Caller("olena", Role.OPERATOR, ServiceName.API_GATEWAY, null);

    private static final String CONFIG = """
            {"openclaw": {"isolation": "off", "shell": {"allowed": ["cat", "sh", "sleep"]}}}
            """;

    /** Arguments of a command that tells its process id in the file {@code pid} and does not end by itself. */
    static final String ENDLESS = "{'argv':['sh','-c','echo $$ > pid.new; mv pid.new pid; exec sleep 600']}";

    /** A clock that goes on by itself, and whose wall time a test may set forward. */
    static final class Time implements Clock {

        private final Clock system = Clock.system();
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant now() {
            return system.now().plus(ahead);
        }

        @Override
        public long nanoTime() {
            return system.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            system.sleep(duration);
        }
    }

    final Home home;
    final Ids ids = new Ids(new SecureRandom());
    final KeyMaterial keys;
    final Time clock = new Time();
    private final Peers peers;
    Journal journal;
    private ServiceModule module;
    private Timers timers;

    /** Opens the executor on what is in {@code folder}, or on a fresh home there. */
    Workshop(Path folder, int evaOs, int memory, String token) throws IOException {
        this.home = new Home(folder.toRealPath().resolve("home"));
        Installation.ensure(home, ids);
        Files.writeString(home.configFile(), CONFIG);
        this.keys = KeyMaterial.load(home);
        this.peers = new Peers(
                Map.of(ServiceName.EVA_OS, evaOs, ServiceName.MEMORY_ENGINE, memory), new Hlc(clock), () -> token);
        open();
    }

    private void open() {
        List<io.sonia.kernel.settings.Section<?>> sections = OpenClawModule.DEFINITION.sections();
        journal = SqliteJournal.open(
                home.database(ServiceName.OPENCLAW),
                ServiceName.OPENCLAW,
                OpenClawModule.DEFINITION.migrations(),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        timers = new Timers(clock, (name, failure) -> {});
        module = OpenClawModule.DEFINITION
                .factory()
                .apply(new ServiceParts(
                        ServiceName.OPENCLAW,
                        home,
                        Settings.load(home.configFile(), Map.of(), sections, clock),
                        journal,
                        clock,
                        ids,
                        timers,
                        new Metrics(),
                        ServiceLog.NONE,
                        peers,
                        new Verifiers(keys.publicKey(), clock, Duration.ofMinutes(5)),
                        Audits.unsigned(ServiceName.OPENCLAW, journal, home, clock, ids)));
        module.start();
    }

    /** Asks what runs to end, as the process does before it ends. */
    void stop() {
        module.close();
    }

    Map<String, Object> detail() {
        return module.detail();
    }

    /** Ends the process as far as the executor can tell, and starts it again. */
    void restart() {
        close();
        open();
    }

    @Override
    public void close() {
        timers.close();
        module.close();
        journal.close();
    }

    /** Lets wall time pass. */
    void later(Duration time) {
        clock.ahead = clock.ahead.plus(time);
    }

    // What a caller asks.

    /** Arguments as JSON in which ' stands for ". */
    static Map<String, Object> args(String json) {
        return Json.parseObject(json.replace('\'', '"'));
    }

    static ExecuteRequest request(String tool, String args, String token, String executionId) {
        return new ExecuteRequest(tool, args(args), token, executionId, null, "ses_1", null, false);
    }

    /** A grant for exactly this call of {@link #OLENA}'s. */
    Grant grant(String tool, String args) {
        Instant now = clock.now();
        String digest = CallDigest.of(tool, args(args), OLENA.actorId(), "pol_1");
        return new Grant(
                ids.next("gnt_"),
                ids.next("apr_"),
                tool,
                digest,
                OLENA.actorId(),
                "pol_1",
                RiskTier.GUARDED_MEDIUM,
                7,
                "usr_boss",
                now,
                now.plusSeconds(60),
                Grant.AUDIENCE,
                keys.keyId());
    }

    /** The grant with one field changed, as if EVA-OS had signed that. */
    static Grant changed(Grant grant, String field, Object value) {
        Map<String, Object> fields = new LinkedHashMap<>(Json.plain(grant));
        fields.put(field, value);
        return Shape.of(Grant.class).read(fields);
    }

    String token(Grant grant) {
        return grant.signedWith(keys.signingKey());
    }

    Reply execute(ExecuteRequest request) {
        return execute(request, Map.of(), null);
    }

    Reply execute(ExecuteRequest request, Map<String, String> headers, IdempotencyKey key) {
        return handle(call(Operation.EXECUTE, request, Map.of(), headers, key));
    }

    /** Asks again for what an earlier request under the same key began. */
    Reply resume(ExecuteRequest request, IdempotencyKey key, String begun) {
        return handle(call(Operation.EXECUTE, request, Map.of(), Map.of(), key).resuming(begun));
    }

    /** A request's context with time enough. */
    Context context(Caller caller) {
        Trace trace = Trace.continued(null, null, ids);
        return new Context("req_1", trace, Deadline.in(Duration.ofSeconds(50), clock), caller, null, null);
    }

    /** Runs a call for the first time and returns what became of it. */
    ExecuteAnswer run(ExecuteRequest request) {
        return (ExecuteAnswer) ((Reply.Enveloped) execute(request)).data();
    }

    Execution execution(String id) {
        return (Execution) data(Operation.EXECUTION_GET, new ExecutionWait(0), id);
    }

    Execution cancel(String id) {
        return (Execution) data(Operation.EXECUTION_CANCEL, new CancelRequest("enough"), id);
    }

    Execution reconcile(String id, ReconcileRequest request) {
        return (Execution) data(Operation.EXECUTION_RECONCILE, request, id);
    }

    private Object data(Operation operation, Object input, String id) {
        return ((Reply.Enveloped) handle(call(operation, input, Map.of("execution_id", id), Map.of(), null))).data();
    }

    private <I> Call<I> call(
            Operation operation, I input, Map<String, String> path, Map<String, String> headers, IdempotencyKey key) {
        return new Call<>(operation, input, path, headers, context(OLENA), key, false, null);
    }

    @SuppressWarnings("unchecked") // the input is of the route's type, as each caller above sees to
    private <I> Reply handle(Call<I> call) {
        Route<?> route = module.routes().stream()
                .filter(each -> each.operation() == call.operation())
                .findFirst()
                .orElseThrow();
        return ((Handler<I>) route.handler()).handle(call);
    }

    // What is left of it.

    /** The file's text once it is there; written by a process that nothing here can wake us about. */
    static String awaitText(Path file) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(file)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(file + " has not come");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The audit's operations and outcomes, oldest first. */
    List<String> recorded() {
        return journal.read(sql -> sql.list(
                "SELECT operation, outcome FROM audit_entries ORDER BY seq",
                row -> row.text("operation") + " " + row.text("outcome")));
    }

    long count(String table) {
        return journal.read(sql -> sql.number("SELECT count(*) FROM " + table));
    }

    /** Every file below the workspace, with its content. */
    Map<String, String> workspace() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(home.workspace())) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                files.put(home.workspace().relativize(each).toString(), Files.readString(each));
            }
        }
        return files;
    }
}
