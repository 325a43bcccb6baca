using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>Names and order in the archive of an export (OR-273 to OR-275).</summary>
public sealed class ArchiveTests
{
    [Theory, Clause("OR-217"), Clause("OR-273")]
    [InlineData(@"..\..\x.jpg", "media/....x.jpg")]
    [InlineData(@"\\server\x.jpg", "media/serverx.jpg")]
    [InlineData(@"C:\photos\x.jpg", "media/Cphotosx.jpg")]
    [InlineData("../x.jpg", "media/..x.jpg")]
    public async Task A_file_name_like_a_path_stays_a_name(string name, string inArchive)
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: name), (name, Samples.Bytes(20), "image/jpeg"));

        Assert.Equal(Samples.Bytes(20), await inbox.BytesAsync("uuid:1", name));
        Assert.Equal([inArchive], Media(await inbox.ZipAsync()).Keys);
    }

    [Fact, Clause("OR-273")]
    public async Task No_two_files_of_an_archive_have_the_same_path()
    {
        var inbox = await Inbox.OpenAsync();
        foreach (var (id, seed) in new[] { ("uuid:1", 1), ("uuid:2", 2) })
        {
            await inbox.SendAsync(
                inbox.Submission(id, photo: "a.jpg", leaves: ["a:.jpg", "A.jpg"]),
                ("a.jpg", Samples.Bytes(10, seed), "image/jpeg"),
                ("a:.jpg", Samples.Bytes(10, seed + 10), "image/jpeg"),
                ("A.jpg", Samples.Bytes(10, seed + 20), "image/jpeg")
            );
        }

        var media = Media(await inbox.ZipAsync());

        Assert.Equal(
            [
                "media/a.jpg",
                "media/uuid-1/a.jpg",
                "media/uuid-1/a~2.jpg",
                "media/uuid-1/a~3.jpg",
                "media/uuid-2/a.jpg",
                "media/uuid-2/a~2.jpg",
            ],
            media.Keys.Select(key => key.Replace("A", "a", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        int[] seeds = [1, 2, 11, 12, 21, 22];
        Assert.Equal(
            seeds.Select(seed => Encoding.UTF8.GetString(Samples.Bytes(10, seed))).Order(StringComparer.Ordinal),
            media.Values.Order(StringComparer.Ordinal)
        );
    }

    [Fact, Clause("OR-273")]
    public async Task Event_logs_are_exported_oldest_submission_first_with_quotes_in_cells()
    {
        var inbox = await ExportForms.OpenAsync();
        string[] ids = ["uuid:1", "uuid:2", "uuid:3"];
        foreach (var id in ids)
        {
            var events =
                $"event,node,start,end,old-value,new-value\nform start,,1,,,\nquestion,/data/name,2,3,3\" pipe,{id}\nform exit,,4,,,\n";
            await inbox.SendAsync(
                ExportForms.Answer(inbox, id, "", "<orx:audit>audit.csv</orx:audit>"),
                ("audit.csv", Encoding.UTF8.GetBytes(events), "text/csv")
            );
        }

        var log = (await inbox.ZipAsync())[$"{inbox.Form} - audit.csv"].Split('\n')[1..^1];

        Assert.Equal(
            ids.SelectMany(id =>
                new[]
                {
                    $"{id},form start,,1,,,,,,,,",
                    $"{id},question,/data/name,2,3,,,,\"3\"\" pipe\",{id},,",
                    $"{id},form exit,,4,,,,,,,,",
                }
            ),
            log
        );
    }

    [Fact, Clause("OR-273"), Clause("OR-276")]
    public async Task Two_answers_to_one_question_are_both_exported()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(
            ExportForms.Answer(
                inbox,
                "uuid:1",
                "<name>Ann</name><name/><name>Bo</name><age>3</age><age>4</age>"
                    + "<visit><soil>clay</soil></visit><visit><soil>sand</soil></visit>"
            )
        );

        Assert.Contains(",AnnBo,4,", (await inbox.CsvAsync())[1], StringComparison.Ordinal);
        Assert.Contains(",clay sand,", (await inbox.CsvAsync())[1], StringComparison.Ordinal);
        var row = (await inbox.ODataAsync("/Submissions")).GetProperty("value")[0];
        Assert.Equal("AnnBo", row.GetProperty("name").GetString());
        Assert.Equal(4, row.GetProperty("age").GetInt32());
        Assert.Equal("clay sand", row.GetProperty("visit").GetProperty("soil").GetString());
    }

    private static Dictionary<string, string> Media(Dictionary<string, string> files) =>
        files.Where(file => file.Key.StartsWith("media/", StringComparison.Ordinal)).ToDictionary();
}
