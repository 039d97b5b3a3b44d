package io.sonia.openclaw;

import static io.sonia.openclaw.Workshop.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tools that work on the memories of whom the call is for. */
class MemoryToolsIT extends WorkshopCase {

    private static final String STORE = "{'type':'fact','content':'the door is green','metadata':{'where':'home'}}";

    private static Map<?, ?> hit(ExecuteAnswer answer, int place) {
        return (Map<?, ?>) ((List<?>) answer.result().get("results")).get(place);
    }

    @Test
    void aSearchFindsWhatTheCallerMaySeeAndSaysThatItIsDegraded() {
        String hers = memory.knows("olena", "the door is green");
        memory.knows("taras", "the safe is behind the mirror");
        ExecuteAnswer answer =
                shop.run(request("memory.search", "{'query':'door','limit':5,'mode':'vector'}", null, "exe_1"));
        assertThat(answer.result()).containsEntry("count", 1L).containsEntry("degraded", true);
        assertThat(hit(answer, 0).get("id")).isEqualTo(hers);
        assertThat(answer.verification().verdict()).isEqualTo(Verification.Verdict.PASSED);
        assertThat(answer.sideEffects()).isEmpty();
        assertThat(memory.searches)
                .containsExactly(new SearchRequest(
                        "door", 5, null, SearchMode.VECTOR, "olena", null, List.of(), 0, null, false));
    }

    @Test
    void aHitThatIsNotThereWhenItIsRecalledFailsTheCheck() {
        memory.forgets(memory.knows("olena", "the door is green"));
        refused(
                () -> shop.execute(request("memory.search", "{'query':'door'}", null, "exe_1")),
                ErrorCode.VERIFICATION_FAILED);
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.FAILED);
    }

    @Test
    void aMemoryIsStoredForTheCallerOnceAndReadBack() {
        ExecuteAnswer answer =
                shop.run(request("memory.store", STORE, shop.token(shop.grant("memory.store", STORE)), "exe_1"));
        assertThat(answer.result()).containsEntry("type", "fact");
        String id = String.valueOf(answer.result().get("id"));
        assertThat(memory.items.get(id).content()).isEqualTo("the door is green");
        assertThat(answer.sideEffects())
                .containsExactly(new SideEffect("memory", id, null, Sha256.hex("the door is green")));
        assertThat(answer.verification().verdict()).isEqualTo(Verification.Verdict.PASSED);

        FakeMemory.Stored stored = memory.stored.getFirst();
        assertThat(stored.key()).isEqualTo("exe_1");
        assertThat(stored.principal()).isEqualTo("olena");
        assertThat(stored.request().userId()).isEqualTo("olena");
        assertThat(stored.request().sessionId()).isEqualTo("ses_1");
        assertThat(stored.request().metadata()).containsEntry("where", "home");
        assertThat(stored.request().source()).isEqualTo(new Source("tool", "exe_1"));
    }

    @Test
    void anAnswerThatGotLostIsAskedForAgainUnderItsKey() {
        memory.lost.set(2);
        ExecuteAnswer answer =
                shop.run(request("memory.store", STORE, shop.token(shop.grant("memory.store", STORE)), "exe_1"));
        assertThat(answer.verification().verdict()).isEqualTo(Verification.Verdict.PASSED);
        assertThat(memory.stored).extracting(FakeMemory.Stored::key).containsExactly("exe_1", "exe_1", "exe_1");
        assertThat(memory.items).hasSize(1);
    }

    @Test
    void whatMayBeStoredThoughNobodySaysSoIsUnknownUntilSomebodyLooks() {
        memory.lost.set(Integer.MAX_VALUE);
        String token = shop.token(shop.grant("memory.store", STORE));
        refused(() -> shop.execute(request("memory.store", STORE, token, "exe_1")), ErrorCode.OUTCOME_UNKNOWN);
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.OUTCOME_UNKNOWN);
        assertThat(memory.items).hasSize(1);
        ReconcileRequest found = new ReconcileRequest(true, ReconcileRequest.Verdict.SUCCEEDED, "I found it");
        assertThat(shop.reconcile("exe_1", found).state()).isEqualTo(ExecutionState.SUCCEEDED);
    }

    @Test
    void withoutTheMemoryEngineNothingIsFoundAndNothingIsStored() {
        memory.close();
        SoniaException search = refused(
                () -> shop.execute(request("memory.search", "{'query':'door'}", null, "exe_1")), ErrorCode.UNAVAILABLE);
        assertThat(search.details()).containsEntry("dependency", "memory-engine");
        String token = shop.token(shop.grant("memory.store", STORE));
        refused(() -> shop.execute(request("memory.store", STORE, token, "exe_2")), ErrorCode.UNAVAILABLE);
        assertThat(shop.execution("exe_2").state()).isEqualTo(ExecutionState.FAILED);
    }
}
