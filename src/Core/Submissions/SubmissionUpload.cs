using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>An upload: the submission's XML, and files that are read once, in the order of the body.</summary>
public sealed record SubmissionUpload(ReadOnlyMemory<byte> Xml, IAsyncEnumerable<IncomingFile> Files, Sender Sender)
{
    /// <summary>The token of the phone's last sync, on the CommCare side.</summary>
    public string? SyncToken { get; init; }
}

/// <summary>One file part. Its content is read before the next one is asked for.</summary>
public sealed record IncomingFile(string Name, string? ContentType, Stream Content)
{
    /// <summary>The name as it was written, where a backslash may be one: phones escape nothing.</summary>
    public string Verbatim { get; init; } = Name;
}

/// <summary>The outcome: a new submission, an edit, or a duplicate (all are answered 201).</summary>
public sealed record SubmissionReceipt(FormId Form, InstanceId RootId, SubmissionVersion Version);
