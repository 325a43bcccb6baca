using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Maintenance.StoredRowFilters;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>Damage to forms, their versions and media.</summary>
internal static class FormDamages
{
    public static Dictionary<string, Damage> All { get; } =
        new()
        {
            ["a form whose XML is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("forms", await FormBlobAsync(populated)),
                "form-xml"
            ),
            ["a form whose XML is another"] = new(
                async populated => await populated.Stored.DamageBlobAsync("forms", await FormBlobAsync(populated), [1, 2, 3]),
                "form-xml"
            ),
            ["a version that was never published"] = new(
                async populated =>
                    await populated.Stored.RemoveAsync(
                        "formVersions",
                        Row($"{populated.Key}|{await FormAsync(populated, "form"):D10}", Hash("2"))
                    ),
                "form-version",
                "form-recovery"
            ),
            ["a picture that is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("forms", (await SlotAsync(populated)).GetString("Blob")),
                "form-media"
            ),
            ["a picture that is another"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync("forms", (await SlotAsync(populated)).GetString("Blob"), Samples.Bytes(300, 9)),
                "form-media"
            ),
            ["a workbook that is gone"] = new(
                async populated => await populated.Stored.DamageBlobAsync("forms", await WorkbookBlobAsync(populated)),
                "form-workbook"
            ),
            ["a workbook that is another"] = new(
                async populated => await populated.Stored.DamageBlobAsync("forms", await WorkbookBlobAsync(populated), [1, 2, 3]),
                "form-workbook"
            ),
            ["a slot that is gone"] = new(
                async populated =>
                {
                    var slot = await SlotAsync(populated);
                    await populated.Stored.RemoveAsync("formMedia", Row(slot.PartitionKey, slot.RowKey));
                },
                "form-media",
                "form-recovery"
            )
            {
                Content = true,
            },
            ["a recovery record that is gone"] = new(
                async populated =>
                    await populated.Stored.DamageBlobAsync(
                        "forms",
                        $"{populated.Programme.Id}/forms/{await FormAsync(populated, "form"):D10}.json"
                    ),
                "form-recovery"
            ),
            ["a form that differs from its recovery record"] = new(
                populated =>
                    populated.Stored.ChangeAsync(
                        "forms",
                        Row(populated.Key, "id|" + Hash(populated.Ids["form"])),
                        row => row["State"] = "Closed"
                    ),
                "form-recovery"
            ),
            ["a form that is gone"] = new(
                populated => populated.Stored.RemoveAsync("forms", Row(populated.Key, "id|" + Hash(populated.Ids["other form"]))),
                "form-missing"
            ),
            ["a sequence of forms that restarts"] = new(
                populated => populated.Stored.ChangeAsync("forms", Row(populated.Key, "sequence"), row => row["Next"] = 1),
                "number"
            ),
        };
}
