package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Installation;
import io.sonia.contracts.evaos.AmendAnswer;
import io.sonia.contracts.evaos.AmendRequest;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.ApproveRequest;
import io.sonia.contracts.evaos.CancelRequest;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GateRequest.CallContext;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.HeadPlaces;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The control plane without sockets: real store, real keys, default policy, a clock that stands still. */
final class ControlPlane implements AutoCloseable {

    static final Caller OPERATOR = new Caller("usr_1", Role.OPERATOR, null, null);
    static final Caller OTHER = new Caller("usr_2", Role.OPERATOR, null, null);
    static final Caller OBSERVER = new Caller("usr_3", Role.OBSERVER, null, null);
    static final Caller THROUGH_GATEWAY = new Caller("usr_1", Role.OPERATOR, ServiceName.API_GATEWAY, null);
    static final Caller GATEWAY = Caller.service(ServiceName.API_GATEWAY);
    static final Caller OPENCLAW = Caller.service(ServiceName.OPENCLAW);

    final FakeClock clock = new FakeClock();
    final Ids ids = new Ids(new SecureRandom());
    final Home home;
    final Journal journal;
    final Foundation base;
    final KeyMaterial keys;
    final PolicyInForce policy;
    final KillSwitches stops;
    final Gate gate;
    final PolicyUpdates updates;
    final Grants grants;
    final Approvals approvals;
    final Amendments amendments;
    final ApprovalSweep sweep;
    final Tasks tasks;
    final Notary notary;
    final Events events;
    final Alerts alerts;
    ApprovalsConfig limits = limits("{}");

    ControlPlane(Path folder) {
        this(folder, null);
    }

    ControlPlane(Path folder, Clock storeClock) {
        this.home = new Home(folder);
        Installation.ensure(home, ids);
        Clock time = storeClock == null ? clock : storeClock;
        this.journal = SqliteJournal.open(
                home.database(ServiceName.EVA_OS),
                ServiceName.EVA_OS,
                EvaOsModule.DEFINITION.migrations(),
                time,
                new Hlc(time),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        this.base = new Foundation(journal, time, ids, new Figures(new Metrics()));
        this.keys = KeyMaterial.load(home);
        this.stops = new KillSwitches(base, new Wakeups());
        this.policy = new PolicyInForce(
                PolicySet.load(home.policies()),
                stops,
                base,
                () -> new PolicyConfig(Verdict.CONFIRM, 7),
                home.workspace());
        this.grants = new Grants(base, keys, policy::version);
        this.gate = new Gate(base, policy, stops, grants, () -> limits);
        Cursors cursors = Cursors.of(home, time);
        this.updates = new PolicyUpdates(
                base,
                policy,
                new PolicyFolder(home.policies()),
                () -> new PolicyConfig(Verdict.CONFIRM, 7),
                () -> limits);
        this.approvals = new Approvals(base, grants, () -> limits, cursors, new Wakeups(), updates);
        this.amendments = new Amendments(base, approvals, policy, () -> limits);
        this.sweep = new ApprovalSweep(base, approvals, policy::version);
        this.tasks = new Tasks(base, cursors);
        this.notary = new Notary(base, home, HeadPlaces.of(home, "second", null));
        this.events = new Events(base, cursors, Duration.ofDays(7));
        this.alerts = new Alerts(base, () -> policy.set().alerts(), cursors);
    }

    static ApprovalsConfig limits(String json) {
        return Shape.of(ApprovalsConfig.class).read(Json.parseObject(json));
    }

    <I> Call<I> call(Operation operation, I input, Caller caller) {
        return call(operation, input, caller, Map.of(), null);
    }

    <I> Call<I> call(Operation operation, I input, Caller caller, Map<String, String> path, IdempotencyKey key) {
        Trace trace = Trace.continued(null, null, ids);
        Context context =
                new Context("req_1", trace, Deadline.in(Duration.ofSeconds(30), base.clock()), caller, null, null);
        return new Call<>(operation, input, path, Map.of(), context, key, false, null);
    }

    /** The record inside the answer; each test knows which. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <T> T data(Reply reply) {
        return (T) ((Reply.Enveloped) reply).data();
    }

    GateAnswer judge(String tool, Map<String, Object> args, Caller caller) {
        return data(gate.judge(call(Operation.GATE, request(tool, args, null), caller)));
    }

    static GateRequest request(String tool, Map<String, Object> args, String session) {
        return new GateRequest(tool, args, null, null, new CallContext(session, null, null, null, false), false);
    }

    /** A pending approval that a person asked for through the gateway. */
    Approval pending() {
        return judge("file.write", Map.of("path", "todo.txt", "content", "hello"), THROUGH_GATEWAY)
                .approval();
    }

    ApproveAnswer decide(String id, Decision decision, Caller caller, Long fence) {
        return data(approvals.decide(call(Operation.APPROVE, new ApproveRequest(id, decision, null, fence), caller)));
    }

    Approval cancel(Approval approval, Caller caller, Long fence) {
        return data(approvals.cancel(call(
                Operation.APPROVAL_CANCEL,
                new CancelRequest(fence, "no longer needed"),
                caller,
                Map.of("approval_id", approval.approvalId()),
                null)));
    }

    AmendAnswer amend(Approval seen, Map<String, Object> args, Caller caller, Long fence) {
        return data(amendments.amend(call(
                Operation.APPROVAL_AMEND,
                new AmendRequest(args, "the other file", fence),
                caller,
                Map.of("approval_id", seen.approvalId()),
                null)));
    }

    GrantAnswer grant(String id, Caller caller) {
        return data(grants.grant(call(Operation.APPROVAL_GRANT, new Empty(), caller, Map.of("approval_id", id), null)));
    }

    ConsumeAnswer consume(Grant grant, String executionId) {
        return consume(
                grant.approvalId(),
                new ConsumeRequest(grant.grantId(), executionId, grant.digest(), grant.fenceToken()));
    }

    ConsumeAnswer consume(String approvalId, ConsumeRequest request) {
        return data(grants.consume(
                call(Operation.APPROVAL_CONSUME, request, OPENCLAW, Map.of("approval_id", approvalId), null)));
    }

    Grant read(String token) {
        return Grant.verified(token, keys.publicKey());
    }

    Approval stored(String id) {
        return journal.read(sql -> ApprovalStore.get(sql, id, base.clock().now()));
    }

    /** The operations on record, oldest first. */
    List<String> recorded() {
        return journal.read(
                sql -> sql.list("SELECT operation FROM audit_entries ORDER BY seq", row -> row.text("operation")));
    }

    /** How the latest thing on record ended. */
    String lastOutcome() {
        return journal.read(sql -> sql.one(
                        "SELECT outcome FROM audit_entries ORDER BY seq DESC LIMIT 1", row -> row.text("outcome"))
                .orElseThrow());
    }

    @Override
    public void close() {
        journal.close();
    }
}
