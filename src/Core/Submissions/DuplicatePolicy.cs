namespace ServerlessRosa.Core.Submissions;

/// <summary>Which protocol's rules apply when an instance id or a `deprecatedID` is already in use.</summary>
public enum DuplicatePolicy
{
    /// <summary>The same XML again is accepted and may bring missing attachments. Other XML is refused.</summary>
    OpenRosa,

    /// <summary>Central's REST API: an instance id in use is refused, whatever the XML (OR-270).</summary>
    Central,

    /// <summary>CommCare's receiver: as OpenRosa, but other XML under the same instance id replaces the version before it.</summary>
    CommCare,
}
