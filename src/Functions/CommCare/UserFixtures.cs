using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// What a restore contains besides cases (CC-031 to CC-044): the user's registration, groups, the lookup tables, and the
/// locations and products when those may have changed. <see cref="LastSync"/> is null for a phone that has nothing yet, and for one whose
/// app changed; with <see cref="SkipsFixtures"/> only what the phone requires is sent.
/// </summary>
public sealed record UserFixtures(DomainUser User, DomainData Data, LookupRows Rows)
{
    public DateTimeOffset? LastSync { get; init; }

    public bool SkipsFixtures { get; init; }

    /// <summary>The owners of the phone's cases, as in the fixture `user-groups` (CC-036).</summary>
    public IReadOnlySet<OwnerId> Owners => Data.OwnersFor(User);

    /// <summary>How many elements <see cref="WriteAsync"/> writes.</summary>
    public int Items =>
        2
        + (
            SkipsFixtures
                ? 0
                : Data.Tables.Sum(table => LookupTableWriter.IndicesOf(table).Count > 0 ? 2 : 1)
                    + (SendsLocations ? LocationWriter.Items : 0)
                    + (SendsProducts ? 1 : 0)
        );

    private bool SendsProducts => Data.ProductsChangedSince(LastSync);

    private bool SendsLocations => Data.LocationsChangedFor(User, LastSync);

    /// <summary>
    /// One operation per 1,000 rows of tables that changed since this instance last read them. After each row <paramref name="sendIfFull"/>
    /// may flush the output.
    /// </summary>
    public async Task WriteAsync(XmlWriter xml, Func<ValueTask> sendIfFull, CancellationToken cancellationToken)
    {
        WriteRegistration(xml);
        WriteGroups(xml);
        if (SkipsFixtures)
        {
            return;
        }
        var isMine = Data.RowsOf(User);
        foreach (var table in Data.Tables)
        {
            LookupTableWriter.WriteStart(xml, table, User.UserId);
            await foreach (var row in Rows.ListAsync(User.Project.Id, table, cancellationToken))
            {
                if (table.IsGlobal || isMine(row.Owners))
                {
                    LookupTableWriter.WriteRow(xml, table, row);
                    await sendIfFull();
                }
            }
            LookupTableWriter.WriteEnd(xml);
        }
        if (SendsLocations)
        {
            var visible = User.Worker is { } worker ? Data.Locations.VisibleTo(worker) : [];
            await LocationWriter.WriteAsync(xml, Data.Locations, visible, User.UserId, sendIfFull);
        }
        if (SendsProducts)
        {
            await ProductWriter.WriteAsync(xml, Data.Products.Where(product => !product.IsDeleted), User.UserId, sendIfFull);
        }
    }

    /// <summary>The order of the children is fixed (CC-031), and the password is never sent (CC-033).</summary>
    private void WriteRegistration(XmlWriter xml)
    {
        const string space = "http://openrosa.org/user/registration";
        xml.WriteStartElement("Registration", space);
        xml.WriteElementString("username", space, XmlOut.Text(User.Username));
        xml.WriteElementString("password", space, "");
        xml.WriteElementString("uuid", space, XmlOut.Text(User.UserId.Value));
        xml.WriteElementString("date", space, JoinedOn().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        xml.WriteStartElement("user_data", space);
        WriteData(xml, UserData(), space);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private DateOnly JoinedOn() => User.Worker?.JoinedOn ?? DateOnly.FromDateTime(User.Actor.CreatedAt.UtcDateTime);

    private Dictionary<string, string> UserData()
    {
        var worker = User.Worker;
        var data = new Dictionary<string, string>(worker?.UserData ?? new Dictionary<string, string>())
        {
            ["commcare_first_name"] = worker is null ? User.Actor.DisplayName : worker.FirstName,
            ["commcare_last_name"] = worker?.LastName ?? "",
            ["commcare_phone_number"] = worker?.PhoneNumbers is [var first, ..] ? first : "",
            ["commcare_project"] = User.Domain,
        };
        if (worker is { PrimaryLocation: { } primary })
        {
            data["commcare_location_id"] = primary;
            data["commcare_location_ids"] = string.Join(' ', worker.Locations);
            if (Owners.Contains(new OwnerId(primary)))
            {
                data["commcare_primary_case_sharing_id"] = primary;
            }
        }
        return data;
    }

    /// <summary>Every owner but the user: a phone deletes the cases of owners that are missing here (CC-035, CC-036).</summary>
    private void WriteGroups(XmlWriter xml)
    {
        const string space = OpenRosaResponse.ResponseNamespace;
        xml.WriteStartElement("fixture", space);
        xml.WriteAttributeString("id", "user-groups");
        xml.WriteAttributeString("user_id", XmlOut.Text(User.UserId.Value));
        xml.WriteStartElement("groups", space);
        foreach (var group in Data.CaseSharingGroupsOf(User))
        {
            WriteGroup(xml, group.Id, group.Name, group.Metadata);
        }
        foreach (var location in Data.CaseOwningLocationsOf(User))
        {
            var data = location.Data.ToDictionary(pair => $"commcare_location_{pair.Key}", pair => pair.Value);
            data["commcare_location_type"] = location.Type;
            data["commcare_location_name"] = location.Name;
            WriteGroup(xml, location.Id, $"{location.Name}-Cases", data);
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteGroup(XmlWriter xml, string id, string name, IReadOnlyDictionary<string, string> data)
    {
        const string space = OpenRosaResponse.ResponseNamespace;
        xml.WriteStartElement("group", space);
        xml.WriteAttributeString("id", XmlOut.Text(id));
        xml.WriteElementString("name", space, XmlOut.Text(name));
        if (data.Count > 0)
        {
            xml.WriteStartElement("group_data", space);
            WriteData(xml, data, space);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteData(XmlWriter xml, IReadOnlyDictionary<string, string> data, string space)
    {
        foreach (var (key, value) in data.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            xml.WriteStartElement("data", space);
            xml.WriteAttributeString("key", XmlOut.Text(key));
            xml.WriteString(XmlOut.Text(value));
            xml.WriteEndElement();
        }
    }
}
