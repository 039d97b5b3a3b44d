package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of every approval, task and action as the audit chains alone tell it, from their first entries on, beside
 * the state that the services answer with.
 */
final class Fold {

    private static final List<String> APPROVAL_STATES =
            List.of("pending", "approved", "denied", "expired", "cancelled", "consumed");

    private final Map<String, Map<String, Object>> last = new LinkedHashMap<>();

    private Fold(Api service, String kind) {
        for (Map<String, Object> entry : entries(service)) {
            Map<String, Object> detail = Api.object(entry.get("detail"));
            if (kind.equals(entry.get("resource_type")) && detail.get("to") != null) {
                follow(String.valueOf(entry.get("resource_id")), entry, detail);
            }
        }
    }

    /** Each edge begins where the one before it ended. */
    private void follow(String id, Map<String, Object> entry, Map<String, Object> detail) {
        Map<String, Object> before = last.put(id, entry);
        assertThat(detail.get("from"))
                .as(id + " at entry " + entry.get("seq"))
                .isEqualTo(
                        before == null ? null : Api.object(before.get("detail")).get("to"));
    }

    /** Compares everything; returns how many things were compared. */
    static int agrees(TestHome home) throws IOException {
        Api evaOs = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
        Fold approvals = new Fold(evaOs, "approval");
        int compared = 0;
        for (String state : APPROVAL_STATES) {
            compared += approvals.agreesWith(
                    rows(evaOs, "/approvals?limit=100&state=" + state, "approvals"), "approval_id", "state");
        }
        Fold tasks = new Fold(evaOs, "task");
        for (Map.Entry<String, Map<String, Object>> each : tasks.last.entrySet()) {
            boolean deleted =
                    "deleted".equals(Api.object(each.getValue().get("detail")).get("to"));
            assertThat(evaOs.get("/tasks/" + each.getKey()).status())
                    .as(each.getKey())
                    .isEqualTo(deleted ? 404 : 200);
        }
        compared += tasks.agreesWith(rows(evaOs, "/tasks?limit=100", "tasks"), "task_id", "status");
        assertThat(compared).isEqualTo(approvals.last.size() + tasks.living());
        return compared;
    }

    private int living() {
        return (int) last.values().stream()
                .filter(each -> !"deleted".equals(Api.object(each.get("detail")).get("to")))
                .count();
    }

    private int agreesWith(List<Map<String, Object>> rows, String idName, String stateName) {
        for (Map<String, Object> row : rows) {
            Map<String, Object> told = last.get(String.valueOf(row.get(idName)));
            assertThat(told).as(row + " is in the chain").isNotNull();
            assertThat(row.get(stateName))
                    .as("state of " + row.get(idName))
                    .isEqualTo(Api.object(told.get("detail")).get("to"));
            assertThat(row.get("fence_token")).as("fence of " + row.get(idName)).isEqualTo(told.get("fence_token"));
        }
        return rows.size();
    }

    /** All entries of a chain, oldest first. */
    private static List<Map<String, Object>> entries(Api service) {
        return rows(service, "/v1/audit/entries?limit=100", "entries").reversed();
    }

    private static List<Map<String, Object>> rows(Api service, String path, String field) {
        List<Map<String, Object>> rows = new ArrayList<>();
        Object cursor = null;
        do {
            Api.Response page = service.get(path + (cursor == null ? "" : "&cursor=" + cursor));
            assertThat(page.status()).as(page.text()).isEqualTo(200);
            rows.addAll(Api.objects(page.data().get(field)));
            cursor = page.data().get("next_cursor");
        } while (cursor != null);
        return rows;
    }
}
