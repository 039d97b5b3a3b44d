package io.sonia.openclaw;

import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.CheckRequest;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionFilter;
import io.sonia.contracts.openclaw.ExecutionLog;
import io.sonia.contracts.openclaw.ExecutionWait;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.ToolCard;
import io.sonia.contracts.openclaw.ToolFilter;
import io.sonia.contracts.openclaw.ToolList;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.List;

/** The addresses of the tool executor. */
final class OpenClawRoutes {

    private final Toolbox toolbox;
    private final Executions executions;
    private final Settlements settlements;
    private final ExecutionStore store;

    OpenClawRoutes(Toolbox toolbox, Executions executions, Settlements settlements, ExecutionStore store) {
        this.toolbox = toolbox;
        this.executions = executions;
        this.settlements = settlements;
        this.store = store;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.EXECUTE, ExecuteRequest.class, ExecuteAnswer.class, executions::execute),
                Route.of(Operation.EXECUTE_CHECK, CheckRequest.class, CheckAnswer.class, this::check),
                Route.of(Operation.TOOL_LIST, ToolFilter.class, ToolList.class, this::tools),
                Route.of(Operation.TOOL_GET, ToolCard.class, this::tool),
                Route.of(Operation.EXECUTION_LIST, ExecutionFilter.class, ExecutionLog.class, this::log),
                Route.of(Operation.EXECUTION_GET, ExecutionWait.class, Execution.class, this::execution),
                Route.of(Operation.EXECUTION_CANCEL, CancelRequest.class, Execution.class, this::cancel),
                Route.of(Operation.EXECUTION_RECONCILE, ReconcileRequest.class, Execution.class, this::reconcile));
    }

    private Reply check(Call<CheckRequest> call) {
        return Reply.ok(executions.check(call.input()));
    }

    private Reply tools(Call<ToolFilter> call) {
        List<ToolCard> tools = toolbox.cards(call.input());
        return Reply.ok(new ToolList(tools, tools.size()));
    }

    private Reply tool(Call<Empty> call) {
        return Reply.ok(toolbox.card(call.path("tool_name")));
    }

    private Reply log(Call<ExecutionFilter> call) {
        return Reply.ok(store.page(call.input()));
    }

    private Reply execution(Call<ExecutionWait> call) {
        Duration wait = Duration.ofMillis(call.input().waitMs());
        Duration left = call.context().deadline().atMost(wait).left();
        return Reply.ok(settlements.get(Ids.checked(call.path("execution_id")), left));
    }

    private Reply cancel(Call<CancelRequest> call) {
        return Reply.ok(settlements.cancel(call));
    }

    private Reply reconcile(Call<ReconcileRequest> call) {
        return Reply.ok(settlements.reconcile(call));
    }
}
