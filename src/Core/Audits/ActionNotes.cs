namespace ServerlessRosa.Core.Audits;

/// <summary>The notes that the client of the current request sent for the audit log, in `X-Action-Notes`.</summary>
public static class ActionNotes
{
    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>Null outside a request, and when the client sent none.</summary>
    public static string? Current => Ambient.Value;

    /// <summary>Sets the notes for the current asynchronous flow and everything that it awaits.</summary>
    public static void Begin(string? notes) => Ambient.Value = notes;
}
