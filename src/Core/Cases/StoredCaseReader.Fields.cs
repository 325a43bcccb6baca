using System.Collections.ObjectModel;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>What has been read of a case.</summary>
internal sealed partial class StoredCaseReader
{
    private struct Fields()
    {
        public CaseId Id;
        public ProjectId Project;
        public int Version;
        public int Revision;
        public DateTimeOffset ServerModifiedOn;
        public string Type = "";
        public string Name = "";
        public string ExternalId = "";
        public OwnerId Owner = new("");
        public DateTimeOffset? OpenedOn;
        public string OpenedBy = "";
        public DateTimeOffset ModifiedOn;
        public string ModifiedBy = "";
        public bool Closed;
        public DateTimeOffset? ClosedOn;
        public string ClosedBy = "";
        public bool Deleted;
        public IReadOnlyDictionary<string, string> Properties = ReadOnlyDictionary<string, string>.Empty;
        public IReadOnlyList<string> Forgotten = [];
        public IReadOnlyList<CaseIndex> Indices = [];
        public IReadOnlyList<LedgerBalance> Ledger = [];
        public int Extensions;
        public IReadOnlyList<CaseTransaction> Transactions = [];
        public IReadOnlyList<FormerOwner> FormerOwners = [];

        public readonly Case ToCase() =>
            new(Id, Project)
            {
                Version = Version,
                Revision = Revision,
                ServerModifiedOn = ServerModifiedOn,
                Type = Type,
                Name = Name,
                ExternalId = ExternalId,
                Owner = Owner,
                OpenedOn = OpenedOn,
                OpenedBy = OpenedBy,
                ModifiedOn = ModifiedOn,
                ModifiedBy = ModifiedBy,
                Closed = Closed,
                ClosedOn = ClosedOn,
                ClosedBy = ClosedBy,
                Deleted = Deleted,
                Properties = Properties,
                Forgotten = Forgotten,
                Indices = Indices,
                Ledger = Ledger,
                Extensions = Extensions,
                Transactions = Transactions,
                FormerOwners = FormerOwners,
            };
    }
}
