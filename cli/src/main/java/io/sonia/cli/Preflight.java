package io.sonia.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything a start needs, looked at before anything is started. */
final class Preflight {

    private final Workplace place;

    Preflight(Workplace place) {
        this.place = place;
    }

    /** All of it. */
    List<Finding> all() {
        List<Finding> findings = new ArrayList<>(new MachineChecks(place).beforeStart());
        HomeChecks home = new HomeChecks(place.home());
        findings.addAll(home.all());
        findings.addAll(new ConfigSecrets(place.home()).all());
        findings.addAll(new Leftovers(place).all());
        findings.addAll(new SettingsCheck(place).all());
        return findings;
    }

    /**
     * What would let a start be unsafe and no service looks at by itself, in a few milliseconds.
     *
     * @return the first thing that is wrong
     */
    Optional<Failure> refusal() {
        MachineChecks machine = new MachineChecks(place);
        List<Finding> findings = new ArrayList<>(List.of(machine.disk(), machine.clock()));
        findings.addAll(new HomeChecks(place.home()).closed());
        findings.addAll(new ConfigSecrets(place.home()).all());
        return findings.stream()
                .filter(each -> each.grade() == Finding.Grade.BAD)
                .findFirst()
                .map(each -> Failure.of(code(each), "SONIA is not started", each.text(), each.cure()));
    }

    private static ExitCode code(Finding finding) {
        return switch (finding.subject()) {
            case HomeChecks.PERMISSIONS -> ExitCode.KEYS;
            case ConfigSecrets.SUBJECT -> ExitCode.CONFIG;
            default -> ExitCode.STORAGE;
        };
    }
}
