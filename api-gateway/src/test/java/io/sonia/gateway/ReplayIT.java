package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.gateway.ReplayRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.contracts.gateway.TurnReplayed.Decision;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Turns that are decided again from their recording. */
class ReplayIT extends GatewayCase {

    private static final ReplayRequest AS_RECORDED = new ReplayRequest(null, Map.of());
    private static final int ROUNDS = 4;
    private static final int LOOKS = 100_000;

    @Test
    void everyKindOfTurnIsDecidedAgainAsItWasAndLeavesOneAuditEntry() throws Exception {
        List<Turn> turns = everyKind();
        Map<String, String> before = tables();
        long entries = house.gateway.journal.chain().head().size();
        int asked = behind.count();
        int evaluations = behind.count(Operation.POLICY_EVALUATE);

        Set<String> classes = new HashSet<>();
        for (Turn turn : turns) {
            TurnReplayed replayed = replay(turn, AS_RECORDED);
            assertThat(replayed.differences()).as(turn.toString()).isEmpty();
            assertThat(replayed.matches()).isTrue();
            assertThat(replayed.originalCorrelationId()).isEqualTo("req_test");
            assertThat(replayed.replayGeneration()).isEqualTo(1);
            assertThat(replayed.decisions().getLast().replayed().outcome())
                    .isEqualTo(turn.quality().completionReason().name().toLowerCase(java.util.Locale.ROOT));
            classes.add(replayed.traceClass());
        }

        assertThat(classes).as("each kind is a class of its own").hasSameSizeAs(turns);
        assertThat(tables()).isEqualTo(before);
        assertThat(house.gateway.journal.chain().head().size()).isEqualTo(entries + turns.size());
        assertThat(behind.count() - asked)
                .as("nobody is asked but for what policy says")
                .isEqualTo(behind.count(Operation.POLICY_EVALUATE) - evaluations);
        assertThat(house.gateway.audited("turn.replay"))
                .containsExactlyElementsOf(turns.stream().map(Turn::turnId).toList());
    }

    /** A turn of each kind there is, over by now. */
    private List<Turn> everyKind() throws Exception {
        List<Turn> turns = new ArrayList<>();
        behind.memories = List.of(Answers.memory("mem_1", "the sky is blue"));
        turns.add(house.gateway.turn("hello"));
        behind.memories = List.of();
        behind.modelAsks(Answers.call("a", Behind.HARMLESS), Answers.call("b", Behind.FORBIDDEN));
        behind.modelSays("Both done.");
        turns.add(house.gateway.turn("read one, fetch one"));
        behind.modelAsks(Answers.call("a", Behind.GRANTED));
        turns.add(house.gateway.turn("write"));
        turns.add(decided(ApprovalState.APPROVED));
        turns.add(decided(ApprovalState.DENIED));
        turns.add(decided(ApprovalState.EXPIRED));
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        behind.modelAsks(Answers.call("a", Behind.HARMLESS));
        turns.add(house.gateway.turn("read outside"));
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        behind.modelAsks(Answers.call("a", Behind.GRANTED));
        turns.add(house.gateway.turn("write in vain"));
        behind.fail(Operation.MEMORY_SEARCH, SoniaException.of(ErrorCode.UNAVAILABLE));
        turns.add(house.gateway.turn("without memory"));
        for (int i = 0; i <= ROUNDS; i++) {
            behind.model(request -> Answers.wantingMore("more", Answers.call("again", Behind.HARMLESS)));
        }
        turns.add(house.gateway.turn("on and on"));
        for (int i = 0; i < 2; i++) {
            behind.modelAsks(
                    Answers.call("1", Behind.HARMLESS),
                    Answers.call("2", Behind.HARMLESS),
                    Answers.call("3", Behind.HARMLESS));
        }
        turns.add(house.gateway.turn("too many"));
        turns.add(failed(ErrorCode.MODEL_FAILED));
        turns.add(failed(ErrorCode.TIMEOUT));
        turns.add(stopped());
        settle();
        return turns;
    }

    /** Lets what goes on behind the answers come to its end. */
    private void settle() {
        long open = 1;
        for (int look = 0; look < LOOKS && open > 0; look++) {
            open = house.gateway.journal.read(
                    sql -> sql.number("SELECT count(*) FROM outbox WHERE delivered_at IS NULL")
                            + sql.number("SELECT count(*) FROM actions WHERE state IN"
                                    + " ('pending_approval', 'approved', 'executing', 'verifying')")
                            + sql.number("SELECT count(*) FROM turns WHERE state = 'completed'"
                                    + " AND turn LIKE '%\"written\":false,%\"deferred\":false%'"));
        }
        assertThat(open).isZero();
    }

    private Turn decided(ApprovalState decision) throws Exception {
        behind.modelAsks(Answers.call("a", Behind.CONFIRMED));
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("write", "default", 0), null);
        behind.decide(behind.awaitApproval(), decision);
        return house.gateway.await(parked.data().turnId(), TurnState.COMPLETED);
    }

    private Turn failed(ErrorCode code) {
        behind.model(request -> {
            throw SoniaException.of(code);
        });
        String conversation = code.name();
        house.gateway.refusal(TurnRequest.of("fail", conversation, 0));
        return newest();
    }

    /** A turn that is stopped while it waits for a person. */
    private Turn stopped() throws Exception {
        behind.modelAsks(Answers.call("a", Behind.CONFIRMED));
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("write", "default", 0), null);
        behind.awaitApproval();
        house.gateway.cancel(parked.data().turnId());
        return house.gateway.await(parked.data().turnId(), TurnState.CANCELLED);
    }

    private Turn newest() {
        String id = house.gateway.journal.read(sql -> sql.one(
                        "SELECT turn_id FROM turns ORDER BY created_at DESC, rowid DESC LIMIT 1",
                        row -> row.text("turn_id"))
                .orElseThrow());
        return house.gateway.get(id);
    }

    @Test
    void aHundredReplaysAreOfOneClassAndCounted() {
        Turn turn = mixed();
        Set<String> classes = new HashSet<>();
        for (int generation = 1; generation <= 100; generation++) {
            TurnReplayed replayed = replay(turn, AS_RECORDED);
            classes.add(replayed.traceClass());
            assertThat(replayed.replayGeneration()).isEqualTo(generation);
        }
        assertThat(classes).hasSize(1);
        assertThat(house.gateway.journal.chain().verify(null, null).valid()).isTrue();
    }

    private Turn mixed() {
        behind.modelAsks(Answers.call("a", Behind.HARMLESS), Answers.call("b", Behind.GRANTED));
        behind.modelSays("Done.");
        return house.gateway.turn("read, then write");
    }

    @Test
    void aTurnThatWentOnAfterACrashIsReplayedAsOne() throws Exception {
        behind.modelAsks(Answers.call("a", Behind.HARMLESS));
        behind.modelAsks(Answers.call("b", Behind.CONFIRMED));
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("read, then write", "default", 0), null);
        String approval = behind.awaitApproval();
        house.restart();
        behind.decide(approval, ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.data().turnId(), TurnState.COMPLETED);

        TurnReplayed replayed = replay(turn, AS_RECORDED);

        assertThat(replayed.differences()).isEmpty();
        assertThat(replayed.decisions())
                .extracting(Decision::kind)
                .containsExactly("recalled", "model", "tool", "model", "tool", "model", "ended");
    }

    @Test
    void settingsThatChangedSinceDoNotCount() throws IOException {
        behind.modelAsks(
                Answers.call("1", Behind.HARMLESS),
                Answers.call("2", Behind.HARMLESS),
                Answers.call("3", Behind.HARMLESS));
        Turn turn = house.gateway.turn("read three");
        house.close();
        house = new House(folder, Map.of("max_tool_calls", 1, "output_chars", 100));
        behind = house.behind;

        assertThat(replay(turn, AS_RECORDED).differences()).isEmpty();
    }

    @Test
    void anotherPolicyShowsWhereItDecidesOtherwise() {
        Turn turn = mixed();
        behind.verdicts.put("pol_strict", Verdict.DENY);

        TurnReplayed replayed = replay(turn, new ReplayRequest("pol_strict", Map.of()));

        assertThat(replayed.matches()).isFalse();
        assertThat(replayed.traceClass()).isNotEqualTo(replay(turn, AS_RECORDED).traceClass());
        assertThat(replayed.differences())
                .extracting(TurnReplayed.Difference::step)
                .as("the two calls")
                .containsExactly(3, 4);
        TurnReplayed.Difference first = replayed.differences().getFirst();
        assertThat(first.recorded().verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(first.recorded().ruleId()).isEqualTo("rule_" + Behind.HARMLESS);
        assertThat(first.recorded().outcome()).isEqualTo("executed");
        assertThat(first.replayed().verdict()).isEqualTo(Verdict.DENY);
        assertThat(first.replayed().ruleId()).isEqualTo("rule_pol_strict");
        assertThat(first.replayed().outcome()).isEqualTo("blocked");
    }

    @Test
    void whatNobodyEverDecidedHasNoOutcome() throws Exception {
        Turn denied = decided(ApprovalState.DENIED);
        behind.verdicts.put("pol_open", Verdict.ALLOW);
        behind.verdicts.put("pol_asking", Verdict.CONFIRM);
        assertThat(toolOutcome(replay(denied, new ReplayRequest("pol_open", Map.of()))))
                .isEqualTo("outcome_unknown");
        assertThat(toolOutcome(replay(mixed(), new ReplayRequest("pol_asking", Map.of()))))
                .isEqualTo("expired");
        Turn approved = decided(ApprovalState.APPROVED);
        assertThat(toolOutcome(replay(approved, new ReplayRequest("pol_open", Map.of()))))
                .as("it ran, and would have")
                .isEqualTo("executed");
    }

    private static String toolOutcome(TurnReplayed replayed) {
        return replayed.decisions().stream()
                .filter(each -> each.kind().equals("tool"))
                .findFirst()
                .orElseThrow()
                .replayed()
                .outcome();
    }

    @Test
    void filesThatAreGivenReachTheControlPlaneWithTheRecordedVersion() {
        Turn turn = mixed();
        Map<String, String> files = Map.of("risk_policy.json", "{}");

        replay(turn, new ReplayRequest(null, files));

        EvaluateRequest asked =
                behind.inputs(Operation.POLICY_EVALUATE, EvaluateRequest.class).getFirst();
        assertThat(asked.files()).isEqualTo(files);
        assertThat(asked.version()).isEqualTo("pol_1");
    }

    @Test
    void aRecordingThatWasChangedOrCutIsRefused() {
        for (String damage : List.of(
                "UPDATE turn_steps SET response = replace(response, 'Done.', 'Gone.') WHERE turn_id = ?",
                "UPDATE turn_steps SET request = replace(request, 'docs', 'dogs') WHERE turn_id = ?",
                "UPDATE turn_steps SET policy_version = 'pol_2' WHERE kind = 'tool' AND turn_id = ?",
                "UPDATE turn_steps SET created_at = '2026-01-01T00:00:00.000Z' WHERE ordinal = 2 AND turn_id = ?",
                "DELETE FROM turn_steps WHERE kind = 'ended' AND turn_id = ?",
                "DELETE FROM turn_steps WHERE ordinal = 3 AND turn_id = ?",
                "DELETE FROM turn_steps WHERE turn_id = ?",
                "UPDATE turns SET request = replace(request, 'then', 'else') WHERE turn_id = ?",
                "UPDATE turns SET actor_id = 'usr_other' WHERE turn_id = ?")) {
            Turn turn = mixed();
            int changed = house.gateway.journal.commit(tx -> tx.sql().update(damage, turn.turnId()));
            assertThat(changed).as(damage).isPositive();
            assertThat(refusal(turn.turnId(), AS_RECORDED)).as(damage).isEqualTo("INTEGRITY_FAILED");
        }
        long replays = house.gateway.journal.read(
                sql -> sql.number("SELECT count(*) FROM audit_entries WHERE replay_of IS NOT NULL"));
        assertThat(replays).isZero();
    }

    @Test
    void whatCannotBeReplayedIsRefused() throws Exception {
        assertThat(refusal("turn_unknown", AS_RECORDED)).isEqualTo("NOT_FOUND");
        Turn turn = mixed();
        behind.fail(Operation.POLICY_EVALUATE, SoniaException.of(ErrorCode.NOT_FOUND));
        assertThat(refusal(turn.turnId(), AS_RECORDED)).isEqualTo("INTEGRITY_FAILED");
        behind.fail(Operation.POLICY_EVALUATE, SoniaException.of(ErrorCode.NOT_FOUND));
        assertThat(refusal(turn.turnId(), new ReplayRequest("pol_none", Map.of())))
                .isEqualTo("NOT_FOUND");
        behind.fail(Operation.POLICY_EVALUATE, SoniaException.of(ErrorCode.CONFIG_INVALID));
        assertThat(refusal(turn.turnId(), new ReplayRequest(null, Map.of("risk_policy.json", "{"))))
                .isEqualTo("CONFIG_INVALID");
        behind.modelAsks(Answers.call("a", Behind.CONFIRMED));
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("write", "default", 0), null);
        String approval = behind.awaitApproval();
        assertThat(refusal(parked.data().turnId(), AS_RECORDED)).isEqualTo("INVALID_STATE");
        behind.decide(approval, ApprovalState.DENIED);
    }

    @Test
    void aKeyedReplayIsCountedOnce() {
        Turn turn = mixed();
        TurnReplayed first = replay(turn, AS_RECORDED, "key-1");
        assertThat(replay(turn, AS_RECORDED, "key-1")).isEqualTo(first);
        assertThat(replay(turn, AS_RECORDED, "key-2").replayGeneration()).isEqualTo(2);
    }

    private TurnReplayed replay(Turn turn, ReplayRequest request) {
        return replay(turn, request, null);
    }

    private TurnReplayed replay(Turn turn, ReplayRequest request, String key) {
        return house.gateway
                .ask(Operation.TURN_REPLAY)
                .path("turn_id", turn.turnId())
                .body(request)
                .idempotencyKey(key)
                .send(TurnReplayed.class);
    }

    private String refusal(String turnId, ReplayRequest request) {
        try {
            return "no refusal but "
                    + house.gateway
                            .ask(Operation.TURN_REPLAY)
                            .path("turn_id", turnId)
                            .body(request)
                            .send(TurnReplayed.class);
        } catch (SoniaException e) {
            return e.code().name();
        }
    }

    /** Every row of every table but the audit's. */
    private Map<String, String> tables() {
        return house.gateway.journal.read(sql -> {
            Map<String, String> all = new TreeMap<>();
            List<String> names = sql.list(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('audit_entries', 'audit_tree')"
                            + " AND name NOT LIKE 'sqlite_%'",
                    row -> row.text("name"));
            for (String name : names) {
                List<String> columns = sql.list("SELECT name FROM pragma_table_info(?)", row -> row.text("name"), name);
                String row = String.join(
                        ", ",
                        columns.stream().map(each -> "quote(" + each + ")").toList());
                all.put(
                        name,
                        String.join(
                                "\n",
                                sql.list(
                                        "SELECT concat_ws('|', " + row + ") AS line FROM " + name + " ORDER BY 1",
                                        each -> each.text("line"))));
            }
            return all;
        });
    }
}
