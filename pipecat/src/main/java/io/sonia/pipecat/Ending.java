package io.sonia.pipecat;

/** Why a voice session ends, with the WebSocket close code its caller sees. */
enum Ending {
    STOPPED_HERE(1000),
    STOPPED_ELSEWHERE(4010),
    EXPIRED(4010),
    IDLE(4008),
    NOT_RESUMED(4010);

    private final int closeCode;

    Ending(int closeCode) {
        this.closeCode = closeCode;
    }

    int closeCode() {
        return closeCode;
    }
}
