namespace ServerlessRosa.Maintenance;

/// <summary>Why a command does nothing; shown to the operator, never to a client.</summary>
public sealed class MaintenanceException(string message, Exception? cause = null) : Exception(message, cause);
