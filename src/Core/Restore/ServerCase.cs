using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Syncs;

namespace ServerlessRosa.Core.Restore;

/// <summary>A case while a restore is worked out: what is known of it on the server, and how current that is.</summary>
internal sealed class ServerCase
{
    /// <summary>Null as long as nothing is known, or when there is no such case in the project.</summary>
    public CaseState? State { get; set; }

    public bool Deleted { get; set; }

    /// <summary>Of the row that <see cref="State"/> was read from in this restore; zero when it comes from the sync log.</summary>
    public int Revision { get; set; }

    /// <summary>Read in this restore, or found missing.</summary>
    public bool IsRead { get; set; }

    /// <summary>Who has it now, when an owner's rows say only that it has left that owner.</summary>
    public OwnerId? MovedTo { get; set; }

    /// <summary>Where it waits in the spool; below zero when it doesn't.</summary>
    public long Spooled { get; set; } = -1;

    /// <summary>Sent before all was known, since nothing could change that.</summary>
    public bool IsSent { get; set; }

    /// <summary>For which count of its extensions the cases behind it are known. Zero: nobody has looked yet, and need not where there
    /// are none.</summary>
    public int ExtensionsKnown { get; set; }

    /// <summary>Reached from an open case of the user's.</summary>
    public bool InGraph { get; set; }

    /// <summary>No case of the project: indices to it are sent as removed (CC-108 to CC-115).</summary>
    public bool IsGone => State is null || Deleted;

    public bool IsOpen => !IsGone && !State!.Closed;
}
