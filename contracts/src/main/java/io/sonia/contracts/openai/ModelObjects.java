package io.sonia.contracts.openai;

import io.sonia.kernel.json.Items;
import java.util.List;

/** What a completion may name as its model; {@code object} is always {@code list}. */
public record ModelObjects(String object, @Items(max = 2000) List<ModelObject> data) {

    /**
     * One name.
     *
     * @param object always {@code model}
     * @param created in seconds since 1970: when it was looked for last
     * @param ownedBy {@code sonia} for a profile, else the provider
     */
    public record ModelObject(String id, String object, long created, String ownedBy) {}
}
