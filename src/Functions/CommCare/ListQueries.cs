using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The parameters of version 1's list of cases.</summary>
internal sealed class CaseV1QueryAttribute : QueryParametersAttribute
{
    public override IEnumerable<(string Name, QueryType Type)> Parameters =>
        [
            .. ListQueries.Page,
            ("order_by", QueryType.Text),
            ("owner_id", QueryType.Text),
            ("user_id", QueryType.Text),
            ("type", QueryType.Text),
            ("name", QueryType.Text),
            ("external_id", QueryType.Text),
            ("type.exact", QueryType.Text),
            ("name.exact", QueryType.Text),
            ("external_id.exact", QueryType.Text),
            ("closed", QueryType.Flag),
            .. ListQueries.Ranges("indexed_on", "date_modified", "server_date_modified", "server_modified_on"),
        ];
}

/// <summary>The parameters of the list of forms.</summary>
internal sealed class ReceivedFormsQueryAttribute : QueryParametersAttribute
{
    public override IEnumerable<(string Name, QueryType Type)> Parameters =>
        [
            .. ListQueries.Page,
            ("order_by", QueryType.Text),
            ("xmlns", QueryType.Text),
            ("xmlns.exact", QueryType.Text),
            ("app_id", QueryType.Text),
            ("case_id", QueryType.Text),
            ("include_archived", QueryType.Flag),
            .. ListQueries.Ranges("received_on", "indexed_on", "server_modified_on", "server_date_modified"),
        ];
}

/// <summary>Parameters that several lists have.</summary>
internal static class ListQueries
{
    public static IEnumerable<(string Name, QueryType Type)> Page =>
        [("limit", QueryType.Number), ("offset", QueryType.Number), ("format", QueryType.Text)];

    /// <summary>As <see cref="ListParameters.Range"/> reads them.</summary>
    public static IEnumerable<(string Name, QueryType Type)> Ranges(params IEnumerable<string> times) =>
        times.SelectMany(time => new[] { ($"{time}_start", QueryType.Time), ($"{time}_end", QueryType.Time) });
}
