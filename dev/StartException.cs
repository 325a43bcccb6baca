namespace ServerlessRosa.Dev;

/// <summary>A failure to start. The message states what is wrong and what to do.</summary>
public sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
