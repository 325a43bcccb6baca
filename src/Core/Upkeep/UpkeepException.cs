namespace ServerlessRosa.Core.Upkeep;

/// <summary>Why a command does nothing: told to the operator, never to a client.</summary>
public sealed class UpkeepException(string message) : Exception(message);
