package io.sonia.contracts.evaos;

import io.sonia.kernel.json.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an approval and its grant are bound to: this tool, these arguments, for this actor, under this policy. */
public final class CallDigest {

    private CallDigest() {}

    /** SHA-256 of the RFC 8785 form, as hex; {@code args} exactly as submitted. */
    public static String of(String tool, Map<String, @Nullable Object> args, String requester, String policyVersion) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put("args", args);
        call.put("policy_version", policyVersion);
        call.put("requester", requester);
        call.put("tool", tool);
        return CanonicalJson.sha256(call);
    }
}
