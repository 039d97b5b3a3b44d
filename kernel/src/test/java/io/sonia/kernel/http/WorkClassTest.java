package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which class an operation is of. */
class WorkClassTest {

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.MATCH_ANY,
            names = {
                "HEALTH",
                "READY",
                "KILL_.*",
                "AUDIT_.*",
                "SUPERVISION_.*",
                "APPROVE",
                ".*_(APPROVE|DENY)",
                "HEALTH_ALL"
            })
    void whatAnOperatorNeedsInTroubleIsProtected(Operation operation) {
        assertThat(operation.workClass()).isEqualTo(WorkClass.PROTECTED);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "CHAT",
                "TURN",
                "ACTION",
                "ACTION_PLAN",
                "OPENAI_CHAT",
                "OPENAI_EMBEDDINGS",
                "EXECUTE",
                "SESSION_CREATE",
                "TASK_CREATE",
                "MEMORY_STORE",
                "VOICE_TEXT",
                "BACKUP_CREATE"
            })
    void whatAPersonBeginsIsNew(Operation operation) {
        assertThat(operation.workClass()).isEqualTo(WorkClass.NEW);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "GATE",
                "APPROVAL_GRANT",
                "APPROVAL_CONSUME",
                "APPROVAL_OUTCOME",
                "HISTORY_APPEND",
                "TURN_CANCEL",
                "ACTION_CANCEL",
                "EXECUTION_CANCEL"
            })
    void theStepsAndTheEndOfBegunWorkAreContinuations(Operation operation) {
        assertThat(operation.workClass()).isEqualTo(WorkClass.CONTINUATION);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void whatOnlyLooksIsNeverNew(Operation operation) {
        boolean looks = operation.method().equals("GET") && !operation.mutating();
        assertThat(Set.of(operation.workClass()).contains(WorkClass.NEW) && looks)
                .isFalse();
    }
}
