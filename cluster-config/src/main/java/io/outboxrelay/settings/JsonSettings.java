package io.outboxrelay.settings;

/**
 * Whether a payload that is a JSON object or array is handed on as JSON, and what becomes of members that a Connect
 * schema has no type for.
 */
public record JsonSettings(boolean expand, boolean keepNulls, boolean keepEmptyArrays) {}
