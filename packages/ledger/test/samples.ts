/** Addresses of stokenet, of the shape that manifests need. */
export const MARKET = "component_tdx_2_1czjla2sp8uamjaex0mtt65xtztyhtyk02wv0lxntz90qtst6w0kf57";
export const POOL = "component_tdx_2_1crrha0f0s7gayclln3f2s4xmpz3ja5lph2prmavkdsfwc05sun0t8t";
export const CDP_RESOURCE =
  "resource_tdx_2_1nt9m3l9t9gues9rx02e3d8qezk0r9w2jy5fwpr6rwflsjmlyjkey55";
export const TERM_RESOURCE =
  "resource_tdx_2_1n2507ke7qsjggtwqwe6cghep669wlcrvv3t7gxvmxy75lms8ezza7d";
export const XRD = "resource_tdx_2_1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxtfd2jc";
export const USDC = "resource_tdx_2_1tk903dr7agsg65v8h8he6kdhwlsctedxq0fuec0aufagr2xeyhs5ur";
export const BTC = "resource_tdx_2_1thf8h2npjhfp8jeqc4tq20yxm4j3cnwd0urpg0dsg2cy56yjn0n388";

/** A CDP as the Gateway annotates it: names, types, and a field that we do not know. */
export const CDP_JSON = {
  kind: "Tuple",
  type_name: "CDPData",
  fields: [
    { kind: "I64", type_name: "Instant", field_name: "minted_at", value: "1735689600" },
    { kind: "I64", type_name: "Instant", field_name: "updated_at", value: "1753399809" },
    { kind: "String", field_name: "key_image_url", value: "" },
    { kind: "String", field_name: "name", value: "demo" },
    { kind: "String", field_name: "description", value: "" },
    { kind: "Bool", field_name: "added_by_a_later_release", value: true },
    {
      kind: "Map",
      field_name: "loans",
      key_kind: "Reference",
      key_type_name: "ResourceAddress",
      value_kind: "Tuple",
      value_type_name: "LoanInfo",
      entries: [
        {
          key: { kind: "Reference", type_name: "ResourceAddress", value: USDC },
          value: {
            kind: "Tuple",
            type_name: "LoanInfo",
            fields: [
              { kind: "Decimal", field_name: "units", value: "144.2" },
              { kind: "U64", field_name: "config_version", value: "18446744073709551615" },
            ],
          },
        },
      ],
    },
    {
      kind: "Map",
      field_name: "collaterals",
      key_kind: "Reference",
      value_kind: "Tuple",
      entries: [
        {
          key: { kind: "Reference", value: BTC },
          value: {
            kind: "Tuple",
            type_name: "CollateralInfo",
            fields: [
              { kind: "Decimal", field_name: "amount", value: "0.05" },
              {
                kind: "Tuple",
                field_name: "config_version",
                type_name: "CollateralConfigVersion",
                fields: [
                  { kind: "U64", field_name: "entry_version", value: "1" },
                  {
                    kind: "Enum",
                    type_name: "EfficiencyMode",
                    field_name: "efficiency_mode",
                    variant_id: "1",
                    variant_name: "EfficiencyGroup",
                    fields: [{ kind: "U16", value: "7" }],
                  },
                ],
              },
            ],
          },
        },
      ],
    },
    {
      kind: "Map",
      field_name: "nft_collaterals",
      key_kind: "Reference",
      value_kind: "Tuple",
      entries: [
        {
          key: { kind: "Reference", value: TERM_RESOURCE },
          value: {
            kind: "Tuple",
            fields: [
              {
                kind: "Array",
                field_name: "nft_ids",
                element_kind: "NonFungibleLocalId",
                elements: [{ kind: "NonFungibleLocalId", value: "#4#" }],
              },
              { kind: "Map", field_name: "config_version", entries: [] },
            ],
          },
        },
      ],
    },
  ],
};
