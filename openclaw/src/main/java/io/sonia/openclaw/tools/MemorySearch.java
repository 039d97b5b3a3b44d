package io.sonia.openclaw.tools;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;

/** Searches the memories of the actor the call is for. */
public final class MemorySearch extends Tool<MemorySearch.Args> {

    private static final ToolFacts FACTS = ToolFacts.reading(
            "memory.search",
            "Search memories",
            "Finds what the user said or stored before",
            ToolFacts.Times.ofMillis(5000, 10_000),
            "every memory found can be recalled by its id",
            "memory");

    private final Peer memory;

    public MemorySearch(Peer memory) {
        super(FACTS, Args.class, Result.class);
        this.memory = memory;
    }

    /** What to look for. */
    public record Args(
            @Text(min = 1, max = 4000) String query,
            @Default("10") @Range(min = 1, max = 50) int limit,
            @Default("\"hybrid\"") SearchMode mode) {}

    /** The hits, best first; {@code degraded} if another search was made than the one asked for. */
    public record Result(@Items(max = 50) List<SearchHit> results, int count, boolean degraded) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args);
    }

    private final class Call implements PreparedCall {

        private final Args args;
        private List<SearchHit> hits = List.of();

        Call(Args args) {
            this.args = args;
        }

        @Override
        public Resolved resolved() {
            return Resolved.NOTHING;
        }

        @Override
        public Ran run(ToolRun run) {
            SearchRequest request = new SearchRequest(
                    args.query(), args.limit(), null, args.mode(), run.requester(), null, List.of(), 0, null, false);
            SearchAnswer answer = memory.on(run.context(), Operation.MEMORY_SEARCH)
                    .body(request)
                    .send(SearchAnswer.class);
            hits = answer.results();
            return Ran.of(new Result(hits, hits.size(), answer.degraded()));
        }

        @Override
        public Verification verify(ToolRun run) {
            long recalled =
                    hits.stream().filter(each -> recalls(each.id(), run)).count();
            return Verification.of(Check.same("recalled", (long) hits.size(), recalled));
        }

        private boolean recalls(String id, ToolRun run) {
            run.check();
            try {
                return memory.on(run.context(), Operation.MEMORY_RECALL)
                        .path("memory_id", id)
                        .send(Item.class)
                        .id()
                        .equals(id);
            } catch (SoniaException e) {
                if (e.code() == ErrorCode.NOT_FOUND) {
                    return false;
                }
                throw e;
            }
        }
    }
}
