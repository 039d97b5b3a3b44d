package io.sonia.gates;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules of the tree that the compiler does not know. */
class HouseRulesTest {

    private static final Pattern FORBIDDEN_ENDING =
            Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base|Common|Processor|Info|Data|Wrapper|[vV]?\\d+)");
    private static final int MAX_PARAMETERS = 6;

    private final JavaClasses house = House.classes();

    @Test
    void roomsDependOnlyAlongTheArrow() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.sonia..")
                .layer("kernel")
                .definedBy("io.sonia.kernel..")
                .layer("journal")
                .definedBy("io.sonia.journal..")
                .layer("contracts")
                .definedBy("io.sonia.contracts..")
                .layer("eva-os")
                .definedBy("io.sonia.evaos..")
                .layer("memory-engine")
                .definedBy("io.sonia.memory..")
                .layer("model-router")
                .definedBy("io.sonia.router..")
                .layer("openclaw")
                .definedBy("io.sonia.openclaw..")
                .layer("api-gateway")
                .definedBy("io.sonia.gateway..")
                .layer("pipecat")
                .definedBy("io.sonia.pipecat..")
                .layer("sofiia-console")
                .definedBy("io.sonia.console..")
                .layer("platform")
                .definedBy("io.sonia.platform..")
                .layer("cli")
                .definedBy("io.sonia.cli..")
                .layer("gates")
                .definedBy("io.sonia.gates..")
                .layer("verifier")
                .definedBy("io.sonia.verifier..")
                .whereLayer("verifier")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("platform")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("gates")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("gates")
                .mayOnlyAccessLayers("kernel", "journal", "contracts")
                .whereLayer("eva-os")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("memory-engine")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("model-router")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("openclaw")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("api-gateway")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("pipecat")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("sofiia-console")
                .mayOnlyBeAccessedByLayers("platform")
                .whereLayer("kernel")
                .mayNotAccessAnyLayer()
                .whereLayer("journal")
                .mayOnlyAccessLayers("kernel")
                .whereLayer("contracts")
                .mayOnlyAccessLayers("kernel", "journal")
                .check(house);
    }

    /** What checks the platform shares nothing with it; annotations are for the compiler. */
    @Test
    void theVerifierNeedsNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage("io.sonia.verifier..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.sonia.verifier..", "java..", "org.jspecify.annotations..")
                .check(house);
    }

    @Test
    void oneClassKnowsTheHttpEngine() {
        noClasses()
                .that(not(resideInAPackage("io.sonia.kernel.http"))
                        .or(not(nameStartingWith("io.sonia.kernel.http.HttpServer"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.jetty..")
                .check(house);
    }

    @Test
    void timeThreadsAndTheEnvironmentComeThroughTheKernel() {
        List<ArchRule> rules = List.of(
                outsideKernel("java.time.Instant", "now"),
                outsideKernel("java.lang.System", "currentTimeMillis"),
                outsideKernel("java.lang.System", "nanoTime"),
                outsideKernel("java.lang.System", "getenv"),
                outsideKernel("java.lang.Thread", "sleep"),
                outsideKernel("java.lang.Thread", "<init>"),
                outsideKernel("java.lang.Thread", "ofVirtual"),
                outsideKernel("java.lang.Thread", "ofPlatform"),
                outsideKernel("java.lang.ProcessBuilder", "start"),
                outsideKernel("java.util.UUID", "randomUUID"),
                outsideKernel("java.lang.Math", "random"));
        rules.forEach(rule -> rule.check(house));
    }

    private static ArchRule outsideKernel(String owner, String method) {
        return noClasses()
                .that()
                .resideOutsideOfPackage("io.sonia.kernel..")
                .and()
                .doNotHaveSimpleName(method.equals("getenv") ? "Main" : "")
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.base.DescribedPredicate.describe(
                                owner + "." + method,
                                target -> target.getOwner().getFullName().equals(owner)
                                        && target.getName().equals(method))))
                .orShould()
                .callConstructorWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.base.DescribedPredicate.describe(
                                "new " + owner,
                                target -> method.equals("<init>")
                                        && target.getOwner().getFullName().equals(owner))));
    }

    @Test
    void namesAreNounsOfTheField() {
        List<String> bad = house.stream()
                .filter(each -> !each.isAnonymousClass())
                .map(JavaClass::getSimpleName)
                .filter(name -> FORBIDDEN_ENDING.matcher(name).matches())
                .filter(name -> !name.equals("Sha256") && !name.equals("Ed25519"))
                .toList();
        assertThat(bad).isEmpty();
    }

    @Test
    void noMethodHasMoreThanSixParameters() {
        List<String> bad = new ArrayList<>();
        for (JavaClass each : house) {
            for (JavaCodeUnit unit : each.getCodeUnits()) {
                boolean canonical = each.isRecord() && unit.isConstructor();
                boolean generated = unit.getModifiers().contains(JavaModifier.SYNTHETIC) || each.isEnum();
                if (!canonical && !generated && unit.getRawParameterTypes().size() > MAX_PARAMETERS) {
                    bad.add(unit.getFullName());
                }
            }
        }
        assertThat(bad).isEmpty();
    }

    private static com.tngtech.archunit.base.DescribedPredicate<JavaClass> nameStartingWith(String prefix) {
        return com.tngtech.archunit.base.DescribedPredicate.describe(
                "named " + prefix + "*", each -> each.getFullName().startsWith(prefix));
    }
}
