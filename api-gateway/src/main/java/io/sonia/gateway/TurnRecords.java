package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import java.util.List;

/** Where a turn writes down how it goes: the journal, or nowhere. */
interface TurnRecords {

    /** What was asked and answered so far, before it is acted on. */
    void steps(Turn turn, TurnRecording recording);

    /** The turn waits for a person. */
    void changed(Context context, Turn turn);

    /** The turn has its answer. */
    void completed(Context context, Turn turn, TurnTask task, TurnRecording.Closed recording);

    /** The ids of what the answered turn left in memory, if that is known before the deadline. */
    List<String> written(String turnId, Deadline deadline);

    /** The turn ended without an answer. */
    void ended(Context context, Turn turn, TurnTask task, ErrorCode code, TurnRecording.Closed recording);

    /** Whether its memories are written by now. */
    void noted(Turn turn);
}
