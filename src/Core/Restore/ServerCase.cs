using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>A case during a restore: its known state on the server, and how current that is.</summary>
internal sealed class ServerCase
{
    /// <summary>Null while unknown, or when the project has no such case.</summary>
    public CaseState? State { get; set; }

    public bool Deleted { get; set; }

    /// <summary>The revision of the row that <see cref="State"/> was read from; zero when it comes from the sync log.</summary>
    public int Revision { get; set; }

    /// <summary>Read in this restore, or found to be missing.</summary>
    public bool IsRead { get; set; }

    /// <summary>The current owner, when only a tombstone of a former owner was read.</summary>
    public OwnerId? MovedTo { get; set; }

    /// <summary>The position in the spool; negative when not spooled.</summary>
    public long Spooled { get; set; } = -1;

    /// <summary>In how many sections the spooled case has balances.</summary>
    public int Sections { get; set; }

    /// <summary>Sent early, since its decision was final.</summary>
    public bool IsSent { get; set; }

    /// <summary>The extension count for which the case's extensions have been looked up; zero when not looked up.</summary>
    public int ExtensionsKnown { get; set; }

    /// <summary>Connected to an open case of the user.</summary>
    public bool InGraph { get; set; }

    /// <summary>Deleted or unknown in the project: indices to it are sent as removed (CC-108 to CC-115).</summary>
    public bool IsGone => State is null || Deleted;

    public bool IsOpen => !IsGone && !State!.Closed;
}
