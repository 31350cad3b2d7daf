namespace Call112.Center;

/// <summary>The centre cannot start; the message says why, in words for the person who started it.</summary>
public sealed class CenterStartException(string message, Exception? inner = null) : Exception(message, inner);
