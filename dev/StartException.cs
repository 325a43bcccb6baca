namespace ServerlessRosa.Dev;

/// <summary>Something could not be started. The message is for the person at the terminal: what is wrong, then what to do.</summary>
public sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
