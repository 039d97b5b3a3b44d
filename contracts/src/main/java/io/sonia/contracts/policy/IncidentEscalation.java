package io.sonia.contracts.policy;

import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code incident_escalation.json}: who is told when nobody acknowledges an alert; EVA-OS enforces it. */
public record IncidentEscalation(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 4) List<Ladder> ladders) {

    /**
     * What happens to an alert of one severity.
     *
     * @param acknowledgeMinutes how long each step waits for somebody
     */
    public record Ladder(
            Severity severity,
            @Range(min = 1, max = 10_080) int acknowledgeMinutes,
            @Default("[]") @Items(max = 10) List<Step> steps) {}

    /**
     * One step.
     *
     * @param channels to tell; empty for those that were told first
     */
    public record Step(
            @Default("[]") @Items(max = 20) @Text(min = 1, max = 32)
            List<String> channels) {}

    /** The ladder of a severity; empty if its alerts do not escalate. */
    public Optional<Ladder> ladder(Severity severity) {
        return ladders.stream().filter(each -> each.severity() == severity).findFirst();
    }
}
