package io.sonia.contracts.backup;

/** A backup. */
public record BackupAnswer(BackupManifest backup) {}
