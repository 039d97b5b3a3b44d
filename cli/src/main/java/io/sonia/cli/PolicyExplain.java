package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.gateway.Action;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells stage by stage how policy judges a call: one that was made, or one that might be. */
@Command(
        name = "explain",
        description = "Tell why a call was asked for or denied, or what policy would say of one; it is not run",
        footer = {
            "",
            "An action or approval is judged once more as it was made; calls a budget counts are counted as of then.",
            "Exit code 1 if there is no such action or approval."
        })
final class PolicyExplain implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<act_..., apr_... or tool>", description = "an action, an approval, or a tool")
    private String subject = "";

    @Option(names = "--arg", paramLabel = "<name=value>", description = "an argument of the call: JSON, or else text")
    private Map<String, String> args = new LinkedHashMap<>();

    @Option(names = "--role", paramLabel = "<role>", description = "who calls (default: operator)")
    private Role role = Role.OPERATOR;

    @Option(names = "--session", paramLabel = "<id>", description = "the session it is in")
    private @Nullable String session;

    @Option(names = "--tainted", description = "as in a turn that has taken in foreign content")
    private boolean tainted;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyExplain(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        EvaluateRequest asked = asked(client);
        EvaluateAnswer answer = client.on(Operation.POLICY_EVALUATE).body(asked).send(EvaluateAnswer.class);
        Screen screen = place.screen();
        if (json) {
            screen.line(Json.text(answer));
            return ExitCode.OK.code();
        }
        screen.line("%s of %s by %s (%s%s)"
                .formatted(
                        WireNamed.of(answer.verdict()),
                        SafeText.line(asked.toolName()),
                        SafeText.line(answer.ruleId()),
                        SafeText.line(answer.policyVersion()),
                        asked.circumstances().tainted() ? ", after foreign content came in" : ""));
        answer.explanation().forEach(each -> screen.line("  " + SafeText.line(each)));
        return ExitCode.OK.code();
    }

    private EvaluateRequest asked(OperatorClient client) {
        if (subject.startsWith("apr_")) {
            return of(approval(client, subject));
        }
        if (subject.startsWith("act_")) {
            Action action =
                    client.on(Operation.ACTION_GET).path("action_id", subject).send(Action.class);
            if (action.approvalId() != null) {
                return of(approval(client, action.approvalId()));
            }
            return new EvaluateRequest(
                    action.intent(),
                    action.params(),
                    Role.OPERATOR,
                    null,
                    Map.of(),
                    new Circumstances(action.sessionId(), action.tainted(), action.createdAt(), Map.of()));
        }
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        args.forEach((name, text) -> given.put(name, value(text)));
        return EvaluateRequest.of(subject, given, role, new Circumstances(session, tainted, null, Map.of()));
    }

    private static Approval approval(OperatorClient client, String id) {
        return client.on(Operation.APPROVAL_GET).path("approval_id", id).send(Approval.class);
    }

    private static EvaluateRequest of(Approval approval) {
        boolean service = approval.requester().actorRole().equals(WireNamed.of(Role.SERVICE));
        return new EvaluateRequest(
                approval.toolName(),
                approval.args(),
                service ? Role.SERVICE : Role.OPERATOR,
                approval.policyVersion(),
                Map.of(),
                new Circumstances(approval.sessionId(), approval.tainted(), approval.createdAt(), Map.of()));
    }

    private static @Nullable Object value(String text) {
        try {
            return Json.parse(text);
        } catch (SoniaException plain) {
            return text;
        }
    }
}
